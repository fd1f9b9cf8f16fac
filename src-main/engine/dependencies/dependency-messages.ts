/** What imports.py and dependencies.py tell (resources/worker), and the answer of pip-audit that they pass on as it is. */
import { z } from 'zod'
import { importPlace, type Vulnerability } from '@shared/contract/dependencies'
import { normalizedName } from '../uv/requirement-names'

export const foundImport = importPlace.extend({ module: z.string() })
export type FoundImport = z.infer<typeof foundImport>

const unreadableCode = z.object({ file: z.string(), cell: z.number().int().positive().nullable(), reason: z.string() })
export const importsMessage = z.object({ imports: z.array(foundImport), unreadable: z.array(unreadableCode) })
export type ImportsMessage = z.infer<typeof importsMessage>

/** One or the other: what is skipped was not looked at, and `skip_reason` says why. */
const auditedPackage = z.union([
  z.object({ name: z.string(), version: z.string(), vulns: z.array(z.object({ id: z.string(), fix_versions: z.array(z.string()), aliases: z.array(z.string()).default([]), description: z.string().default('') })) }),
  z.object({ name: z.string(), skip_reason: z.string() }),
])
export const auditAnswer = z.object({ dependencies: z.array(auditedPackage) })
type AuditAnswer = z.infer<typeof auditAnswer>

const installedPackage = z.object({ name: z.string(), version: z.string(), licence: z.string().nullable(), bytes: z.number().int().nonnegative() })

export const dependencyMessage = z.union([
  z.object({ phase: z.enum(['resolving', 'installing', 'newest', 'auditing']) }),
  z.object({ part: z.enum(['resolve', 'install', 'newest', 'audit']), problem: z.string() }),
  z.object({ compiled: z.string() }),
  z.object({ installed: z.array(installedPackage), startsOffline: z.boolean(), provides: z.record(z.string(), z.array(z.string())) }),
  z.object({ newest: z.record(z.string(), z.string()) }),
  z.object({ exists: z.record(z.string(), z.boolean().nullable()) }),
  z.object({ audit: auditAnswer }),
])
export type DependencyMessage = z.infer<typeof dependencyMessage>

const mostDescriptionCharacters = 600

/** By `name version`; what was skipped is left out. */
export function vulnerabilitiesIn({ dependencies }: AuditAnswer): Map<string, Vulnerability[]> {
  return new Map(
    dependencies.flatMap((entry) =>
      'vulns' in entry
        ? [[`${normalizedName(entry.name)} ${entry.version}`, entry.vulns.map(({ id, aliases, fix_versions, description }) => ({ id, aliases, fixedIn: fix_versions, description: shortened(description) }))] as const]
        : [],
    ),
  )
}

function shortened(text: string): string {
  return text.length > mostDescriptionCharacters ? `${text.slice(0, mostDescriptionCharacters)}…` : text
}

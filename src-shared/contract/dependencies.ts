import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'
import { pipelineName } from './pipelines'

/** Where the code imports something. `cell`: of a notebook, counted from 1 among its code cells; `line` is then within the cell. */
export const importPlace = z.object({
  file: z.string(),
  line: z.number().int().positive(),
  cell: z.number().int().positive().nullable(),
  /** The code does without it, or it is there for type checkers only. */
  isOptional: z.boolean(),
})
export type ImportPlace = z.infer<typeof importPlace>

export const vulnerability = z.object({ id: z.string(), aliases: z.array(z.string()), fixedIn: z.array(z.string()), description: z.string() })
export type Vulnerability = z.infer<typeof vulnerability>

/** null: not known, not asked yet, or it could not be asked (see `problems`). */
export const dependency = z.object({
  /** As indexes compare it. */
  name: z.string(),
  /** The line of requirements.txt, or of a file that it includes. null: only there through others. */
  asked: z.object({ file: z.string(), line: z.number().int().positive(), text: z.string(), specifier: z.string() }).nullable(),
  /** What requires it, as far as known. */
  through: z.array(z.string()),
  locked: z.string().nullable(),
  /** What the requirements resolve to now, with the versions of the lock kept. */
  resolved: z.string().nullable(),
  /** Only where it is newer than what a run installs. */
  newer: z.string().nullable(),
  imports: z.array(importPlace),
  /** Many use it without an import: a driver, a plugin, a program. */
  isOftenUnimported: z.boolean(),
  licence: z.string().nullable(),
  bytes: bytes.nullable(),
  vulnerabilities: z.array(vulnerability).nullable(),
})
export type Dependency = z.infer<typeof dependency>

/** An import that no line of the requirements asks for. */
export const unaskedImport = z.object({
  module: z.string(),
  places: z.array(importPlace),
  /** What is likely to bring it. */
  package: z.string(),
  /** A line for requirements.txt. */
  requirement: z.string(),
  /** It is there now, but only because these require it. */
  through: z.array(z.string()),
  /** null: the index was not asked, or did not say. */
  isOnIndex: z.boolean().nullable(),
})
export type UnaskedImport = z.infer<typeof unaskedImport>

/** idle <──> looking (code and files, without a network); idle ──> resolving ──> installing ──> newest ──> auditing ──> idle; idle <──> locking. */
const dependencyPhase = z.enum(['idle', 'looking', 'resolving', 'installing', 'newest', 'auditing', 'locking'])

const words = z.string().nullable()

export const dependencyState = z.object({
  pipeline: z.string(),
  phase: dependencyPhase,
  hasRequirements: z.boolean(),
  hasLock: z.boolean(),
  isLockOutdated: z.boolean(),
  /** By name; those that are asked for first. */
  packages: z.array(dependency),
  unasked: z.array(unaskedImport),
  /** Code that could not be read, so that imports may be missing. */
  unreadable: z.array(z.object({ file: z.string(), cell: z.number().int().positive().nullable(), reason: z.string() })),
  lookedAtMs: atMs.nullable(),
  /** When index and advisories were asked; null also where that did not come to its end. */
  checkedAtMs: atMs.nullable(),
  /** For exactly these requirements. What was found out about a version is kept beyond that. */
  isCheckCurrent: z.boolean(),
  /** Of the newest look and check: what did not work, in the words of the tool. */
  problems: z.object({ look: words, resolve: words, install: words, newest: words, audit: words }),
  rev,
})
export type DependencyState = z.infer<typeof dependencyState>

/** `version`: of the lock that it replaces, for files.write; empty where there is none. */
export const lockProposal = z.object({ before: z.string(), after: z.string(), version: z.string() })
export type LockProposal = z.infer<typeof lockProposal>

export const dependenciesContract = {
  /** Requirements, lock and imports; nothing is fetched but a missing Python. Answers at once with what is known, and looks anew where files have changed, or `again`. Errors: pipeline/not-found, file/outside-workspace. */
  look: request({ pipeline: pipelineName, again: z.boolean() }, dependencyState),
  /** Resolves, fills the cache as a run does, asks the index and the advisories. Answers when it has begun. Errors: pipeline/not-found, cache/busy. */
  check: request({ pipeline: pipelineName }, dependencyState),
  /** Ends what is under way for the pipeline. */
  cancel: request({ pipeline: pipelineName }, dependencyState),
  /** The text for requirements.txt.lock; nothing is written. `upgrade`: versions of the present lock are not kept. null: it was cancelled. Errors: uv/resolve-failed, cache/busy, pipeline/not-found. */
  proposeLock: request({ pipeline: pipelineName, upgrade: z.boolean() }, lockProposal.nullable()),
  changed: event(dependencyState),
}

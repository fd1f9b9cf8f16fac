import { z } from 'zod'
import { atMs, bytes, request } from './define'
import { gitPath } from './git'
import { timing } from './pipelines'

/** red: the server would not do what is meant, or something leaves this computer that must not. amber: worth a look. info: to know. */
export const gateSeverity = z.enum(['red', 'amber', 'info'])
export type GateSeverity = z.infer<typeof gateSeverity>

/**
 * `enables`: a file that the server drops, so that a disabled pipeline is enabled. `config`: what its problem list says.
 * `lock`: the lock lacks what requirements.txt asks for. `secret`: something that looks like one is in what is pushed.
 * `size`: a large file. `last-run`: how this very code ran here last. `vanishes`: no pipeline any more. `renamed`: a new one to the
 * server. `webhook`: a key that opens two. `server-secrets`: names that must be there. `branch`, `uncommitted`: what the server will not get.
 */
export const gateItemKind = z.enum(['enables', 'config', 'lock', 'secret', 'size', 'last-run', 'vanishes', 'renamed', 'webhook', 'server-secrets', 'link', 'branch', 'uncommitted'])

export const gateItem = z.object({
  severity: gateSeverity,
  kind: gateItemKind,
  pipeline: z.string().nullable(),
  /** Relative to the repository's root. */
  path: gitPath.nullable(),
  /** Relative to the pipeline's folder, where it is in one. */
  file: z.string().nullable(),
  line: z.number().int().positive().nullable(),
  /** One English sentence that ends in what to do; never the value of a secret. */
  message: z.string(),
  /** It is on the other side already: this push does not bring it, and does not make it worse. */
  isOld: z.boolean(),
})
export type GateItem = z.infer<typeof gateItem>

export const lastRun = z.enum(['green', 'red', 'never'])
export type LastRun = z.infer<typeof lastRun>

export const gateSchedule = z.object({
  pipeline: z.string(),
  runConfigId: z.string().nullable(),
  timing,
  change: z.enum(['starts', 'stops']),
  /** As the server computes them; empty for one that stops or never fires. */
  nextAtMs: z.array(atMs),
})
export type GateSchedule = z.infer<typeof gateSchedule>

export const gatePipeline = z.object({
  name: z.string(),
  change: z.enum(['added', 'changed', 'removed', 'unchanged']),
  enabled: z.boolean(),
  /** Of exactly this code, on this computer; null for one that is removed. */
  lastRun: lastRun.nullable(),
})
export type GatePipeline = z.infer<typeof gatePipeline>

export const gateReport = z.object({
  head: z.object({ commit: z.string(), branch: z.string().nullable() }),
  /** What it is compared with: the upstream, else the server's branch; null: nothing is there yet. */
  base: z.object({ name: z.string(), commit: z.string() }).nullable(),
  /** Outgoing. */
  commits: z.number().int().nonnegative(),
  serverBranch: z.string(),
  /** Whether the server takes what is pushed. */
  reachesServer: z.boolean(),
  /** red first. */
  items: z.array(gateItem),
  omitted: z.number().int().nonnegative(),
  red: z.number().int().nonnegative(),
  amber: z.number().int().nonnegative(),
  /** What the server does after it has taken the commits. */
  pipelines: z.array(gatePipeline),
  schedules: z.array(gateSchedule),
  /** New or changed content, all versions of it. */
  outgoingBytes: bytes,
  checkedAtMs: atMs,
})
export type GateReport = z.infer<typeof gateReport>

/** A name of a commit; what begins with a dash would be an option to git. */
const revision = z.string().min(1).max(250).regex(/^[^-\s][^\s\0]*$/, 'a branch, a tag or a commit')

export const gateContract = {
  /**
   * Would the server run this? Looks at commits, never at the working tree, and executes nothing of the repository. `outgoing`: all
   * of HEAD that the upstream lacks; `commit`: HEAD alone. Errors: git/no-repository, git/not-found (of a revision), workspace/none-open.
   */
  check: request({ range: z.enum(['outgoing', 'commit']).default('outgoing'), /** Compare with this. */ base: revision.nullable().default(null), /** null: HEAD. */ head: revision.nullable().default(null), /** The branch on the remote that is pushed to; null: the upstream's, else of the same name. */ branch: revision.nullable().default(null) }, gateReport),
}

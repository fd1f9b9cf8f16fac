import { z } from 'zod'
import { event, request, rev } from './define'

/** The folder that is open. `pipelinesDir` is where pipelines are looked for: the root, its `pipelines/` or the configured subfolder. */
export const workspace = z.object({
  root: z.string(),
  name: z.string(),
  pipelinesDir: z.string(),
  isSample: z.boolean(),
  /** The user said that what is in it may be executed: runs, and what its git configuration names. */
  isTrusted: z.boolean(),
  /** The folder's owner is another user of this computer. */
  belongsToOther: z.boolean(),
  /** Set while the folder cannot be used (vanished, unreadable); the last known content stays listed. */
  problem: z.object({ code: z.enum(['workspace/vanished', 'workspace/unreadable', 'workspace/not-a-folder']), message: z.string() }).nullable(),
})
export type Workspace = z.infer<typeof workspace>

/** `workspace` is null while none is open. `recent` holds absolute paths, newest first. */
export const workspaceState = z.object({ workspace: workspace.nullable(), recent: z.array(z.string()), rev })
export type WorkspaceState = z.infer<typeof workspaceState>

export const workspaceContract = {
  current: request({}, workspaceState),
  open: request({ path: z.string().min(1).max(4096) }, workspaceState),
  /** Opens the user's copy of the sample workspace, made on first use. */
  openSamples: request({}, workspaceState),
  /** The user trusts what is in the open workspace; kept for this folder. Until then whatever would execute something of it answers workspace/untrusted. */
  trust: request({}, workspaceState),
  /** Shows the system's folder dialog; null when it was cancelled. */
  pickFolder: request({}, z.object({ path: z.string().nullable() })),
  /** Shows a file or folder of the workspace in the system's file manager. */
  reveal: request({ path: z.string().min(1).max(4096) }, z.object({})),
  changed: event(workspaceState),
}

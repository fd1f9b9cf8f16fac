import { z } from 'zod'
import { atMs, event, request, rev } from './define'
import { pipelineName, problem, timing } from './pipelines'

/** One thing that fires: a pipeline's own timing or that of a run configuration. */
export const scheduleEntry = z.object({
  pipeline: z.string(),
  /** null: the pipeline's own timing. */
  runConfigId: z.string().nullable(),
  timing,
  /** False where the pipeline or the entry is disabled. */
  enabled: z.boolean(),
  startAtMs: atMs.nullable(),
  endAtMs: atMs.nullable(),
  /** null when it never fires again. */
  nextAtMs: atMs.nullable(),
  /** For example: 1-5 fires Tuesday to Saturday on the server. */
  problems: z.array(problem),
})
export type ScheduleEntry = z.infer<typeof scheduleEntry>

export const scheduleState = z.object({
  /** Whether schedules of the open workspace fire on this computer while the app runs. */
  active: z.boolean(),
  /** Sorted by next time, those that never fire last. */
  entries: z.array(scheduleEntry),
  rev,
})
export type ScheduleState = z.infer<typeof scheduleState>

export const scheduleContract = {
  list: request({}, scheduleState),
  /** Off by default, remembered for each workspace. Errors: workspace/untrusted. */
  setActive: request({ active: z.boolean() }, scheduleState),
  /** The next fire times as the server computes them, ascending per entry. Errors: pipeline/not-found. */
  next: request(
    { pipeline: pipelineName, count: z.number().int().min(1).max(1000).default(10), fromAtMs: atMs.nullable().default(null) },
    z.object({ entries: z.array(z.object({ runConfigId: z.string().nullable(), timing, enabled: z.boolean(), atMs: z.array(atMs), problems: z.array(problem) })) }),
  ),
  changed: event(scheduleState),
}

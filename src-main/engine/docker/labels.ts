/**
 * The label keys of everything we make in a container engine. They are ours alone: a Fast-Flow server on the same engine
 * removes containers that carry its key and that it does not know. The owner is one random id per profile, so that two
 * profiles (or two users) on one engine never see each other's containers and volumes.
 */
export const labels = {
  owner: 'io.fastflow.desktop.owner',
  runId: 'io.fastflow.desktop.run-id',
  /** Value: encodeURIComponent of the pipeline's name. */
  pipeline: 'io.fastflow.desktop.pipeline',
  /** On containers that are not runs; value: what the helper is for (docker/guard-helpers.ts). */
  helper: 'io.fastflow.desktop.helper',
  /**
   * On volumes: random, given when the volume is made. The engine's CreatedAt tells nothing: with the local driver it moves with
   * every change in the volume's top folder (seen on 20.10).
   */
  generation: 'io.fastflow.desktop.generation',
} as const

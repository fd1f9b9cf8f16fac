/**
 * The notebook runner in a volume of its own, so that it reaches engines on other computers and is read-only in the run. The
 * volume is named after its content: a new version of the runner is a new volume.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { AppError } from '@shared/app-error'
import type { Facts } from '../store/facts'
import type { DockerClient } from './client'
import { runnerFilesSpec } from './guard-helpers'
import { runHelper } from './helper-container'
import { labels } from './labels'

export const containerRunnerDir = '/runner'
export const notebookRunnerFile = 'nb_runner.py'

export type RunnerVolume = {
  /** What the guard lets through. */
  policy(): { volume: string; files: string }
  /** Makes sure that it is there and filled; answers its name. Throws docker/… and cache/volume-foreign. */
  prepare(client: DockerClient, image: string): Promise<string>
}

export type RunnerVolumeDeps = {
  owner: string
  facts: Facts
  /** Folder of the runner's Python files. */
  workerDir: string
}

export function createRunnerVolume({ owner, facts, workerDir }: RunnerVolumeDeps): RunnerVolume {
  let known: { volume: string; files: string } | null = null
  let preparing: Promise<string> | null = null

  const policy = (): { volume: string; files: string } => (known ??= readRunnerFiles(workerDir, owner))

  const generationOf = async (client: DockerClient, volume: string): Promise<string | null> => {
    const found = await client.inspectVolume(volume)
    if (found && (found.hasOptions || found.labels[labels.owner] !== owner)) {
      throw new AppError('cache/volume-foreign', `The volume ${volume} exists, but Fast-Flow Desktop did not make it. Remove it (docker volume rm ${volume}), then run again.`, { volume })
    }
    return found?.labels[labels.generation] ?? null
  }

  const prepare = async (client: DockerClient, image: string): Promise<string> => {
    const { volume, files } = policy()
    if ((await generationOf(client, volume)) === null) await client.createVolume(volume, { [labels.owner]: owner, [labels.generation]: randomBytes(8).toString('hex') })
    const generation = await generationOf(client, volume)
    const key = `runner-filled:${volume}`
    if (generation === null) throw new AppError('docker/rejected', `The engine did not keep the new volume ${volume}. Check its free disk space.`, { volume })
    if (facts.get(key) === generation) return volume
    const exit = await runHelper(client, runnerFilesSpec({ image, owner, volume, files }))
    if (exit.exitCode !== 0) throw new AppError('docker/rejected', `The notebook runner could not be put into its volume (exit code ${exit.exitCode}). ${exit.output}`.trim(), { volume })
    facts.set(key, generation)
    return volume
  }

  return {
    policy,
    // Two runs that start at once share one preparation.
    prepare: (client, image) => (preparing ??= prepare(client, image).finally(() => (preparing = null))),
  }
}

/** Named after the profile as well: two profiles on one engine must not take each other's volume for foreign. */
function readRunnerFiles(workerDir: string, owner: string): { volume: string; files: string } {
  const names = readdirSync(workerDir)
    .filter((name) => /^[a-z_]+\.py$/.test(name))
    .sort()
  const files = names.map((name) => `${name}:${gzipSync(readFileSync(join(workerDir, name))).toString('base64')}`).join(' ')
  return { volume: `ffd-runner-${createHash('sha256').update(`${owner}\0${files}`).digest('hex').slice(0, 16)}`, files }
}

/**
 * The variables for uv (UV_…) that a pipeline's run would get, from default_env, encrypted_env and allowed secrets: preheating and
 * the warm key take exactly these, or a badge would speak of another set-up than the run's.
 */
import type { PipelineConfig } from '@shared/pipeline-config-model'
import { resolveEnvironment } from '../secrets/environment'
import type { SecretSource } from '../secrets/secrets-service'

/** `maskValues`: those of `env` that are secrets, to be kept out of logs and messages. */
export type SetupEnvironment = { env: Record<string, string>; maskValues: string[] }

export type SetupEnvironmentDeps = {
  secrets: SecretSource
  /** null while no workspace is open. */
  workspaceRoot: () => string | null
}

type Configured = { config: Pick<PipelineConfig, 'defaultEnv' | 'encryptedEnv' | 'secrets'> }

export function createSetupEnvironment({ secrets, workspaceRoot }: SetupEnvironmentDeps): (pipeline: Configured) => SetupEnvironment {
  return ({ config }) => {
    const root = workspaceRoot()
    // Most pipelines have none; then nothing is decrypted, however often badges are looked at.
    const names = root === null ? [] : config.secrets.filter(isForUv)
    const { env, maskValues } = resolveEnvironment({
      config: { defaultEnv: onlyForUv(config.defaultEnv), encryptedEnv: root === null ? {} : onlyForUv(config.encryptedEnv), secrets: names },
      runConfiguration: null,
      secretValues: root === null ? new Map() : secrets.valuesFor(root, names).values,
      decrypt: (token) => secrets.decryptToken(root ?? '', token),
      requestEnv: {},
      requestParameters: {},
      retry: null,
    })
    return { env, maskValues }
  }
}

function isForUv(name: string): boolean {
  return name.startsWith('UV_')
}

export function onlyForUv(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isForUv(name)))
}

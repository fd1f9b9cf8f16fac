/**
 * The user's variables of a run, pure: which layer wins (FASTFLOW.md §3.1), which values are secrets, and what could not be
 * had. The layer below all of these is the runner's own (runners/run-environment.ts).
 */
import type { RunNotice } from '@shared/contract/runs'
import type { PipelineConfig, RunConfiguration } from '@shared/pipeline-config-model'

export type ResolvedEnvironment = {
  env: Record<string, string>
  /** Names whose value comes from encrypted_env or from the secret store. */
  secretNames: string[]
  /** The values of those names. */
  maskValues: string[]
  notices: RunNotice[]
}

export type EnvironmentInput = {
  config: Pick<PipelineConfig, 'defaultEnv' | 'encryptedEnv' | 'secrets'>
  runConfiguration: Pick<RunConfiguration, 'defaultEnv' | 'encryptedEnv'> | null
  /** Of the allowed names, those that are in the store. */
  secretValues: ReadonlyMap<string, string>
  /** Throws when the token is none, or made with another key. */
  decrypt: (token: string) => string
  requestEnv: Record<string, string>
  requestParameters: Record<string, string>
  /** Of the first attempt null. */
  retry: Retry | null
}

export type Retry = { count: number; previousRunId: string }

type Entry = { value: string; isSecret: boolean }

export function resolveEnvironment({ config, runConfiguration, secretValues, decrypt, requestEnv, requestParameters, retry }: EnvironmentInput): ResolvedEnvironment {
  const entries = new Map<string, Entry>()
  const notices: RunNotice[] = []
  const warn = (message: string): void => void notices.push({ severity: 'warning', message })
  const add = (values: Record<string, string>): void => {
    for (const [name, value] of Object.entries(values)) entries.set(name, { value, isSecret: false })
  }
  const addEncrypted = (tokens: Record<string, string>): void => {
    for (const [name, token] of Object.entries(tokens)) {
      try {
        entries.set(name, { value: decrypt(token), isSecret: true })
      } catch (error) {
        // The server leaves it out as well, and goes on (FASTFLOW.md §2.1).
        warn(`${name} of encrypted_env is left out: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  add(config.defaultEnv)
  add(runConfiguration?.defaultEnv ?? {})
  addEncrypted(config.encryptedEnv)
  addEncrypted(runConfiguration?.encryptedEnv ?? {})
  for (const name of config.secrets) {
    const value = secretValues.get(name)
    if (value === undefined) warn(`The secret ${name} is not in the store of this workspace; the run goes on without it. Add it on the secrets page or with "ffdesk secrets set ${name}".`)
    else entries.set(name, { value, isSecret: true })
  }
  add(requestEnv)
  add(requestParameters)
  // Facts of the run, not a layer: nobody may claim another attempt.
  if (retry) add(retryVariables(retry))

  const usable = [...entries].filter(([name, { value }]) => {
    const isUsable = isEnvironmentName(name) && !value.includes('\0')
    if (!isUsable) warn(`${JSON.stringify(name)} cannot be a variable of an environment; it is left out.`)
    return isUsable
  })
  const secrets = usable.filter(([, { isSecret }]) => isSecret)
  return {
    env: Object.fromEntries(usable.map(([name, { value }]) => [name, value])),
    secretNames: secrets.map(([name]) => name).sort(),
    maskValues: [...new Set(secrets.map(([, { value }]) => value))],
    notices,
  }
}

/** Which attempt it is, and which run came before: a pipeline can ask (FASTFLOW.md §3.3). */
export function retryVariables({ count, previousRunId }: Retry): Record<string, string> {
  return { _fastflow_retry_count: String(count), _fastflow_previous_run_id: previousRunId }
}

/** What the guard lets into a container: a shell could not name anything else. */
function isEnvironmentName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== 'DOCKER_HOST' && name !== 'LD_PRELOAD'
}

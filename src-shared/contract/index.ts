/** The contract: everything the window and the CLI can ask for, and everything the engine announces. */
import type { EventName, Handlers, InputOf, OutputOf, ParsedInputOf, PayloadOf, RequestName } from './define'
import { cacheContract } from './cache'
import { commitsContract } from './commits'
import { filesContract } from './files'
import { gitContract } from './git'
import { pipelinesContract } from './pipelines'
import { runsContract } from './runs'
import { scheduleContract } from './schedule'
import { secretsContract } from './secrets'
import { settingsContract } from './settings'
import { toolsContract } from './tools'
import { workspaceContract } from './workspace'

export const contract = {
  workspace: workspaceContract,
  pipelines: pipelinesContract,
  files: filesContract,
  runs: runsContract,
  cache: cacheContract,
  git: gitContract,
  commits: commitsContract,
  schedule: scheduleContract,
  secrets: secretsContract,
  tools: toolsContract,
  settings: settingsContract,
}

export type Contract = typeof contract
export type ApiRequest = RequestName<Contract>
export type ApiEvent = EventName<Contract>
export type ApiInput<K extends ApiRequest> = InputOf<Contract, K>
export type ApiParsedInput<K extends ApiRequest> = ParsedInputOf<Contract, K>
export type ApiOutput<K extends ApiRequest> = OutputOf<Contract, K>
export type ApiPayload<K extends ApiEvent> = PayloadOf<Contract, K>
export type ApiHandlers = Handlers<Contract>

/** What one IPC call answers. */
export type Envelope<T> = { ok: true; value: T } | { ok: false; error: import('../app-error').WireError }

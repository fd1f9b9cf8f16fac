/** The contract: everything the window and the CLI can ask for, and everything the engine announces. */
import type { EventName, Handlers, InputOf, OutputOf, ParsedInputOf, PayloadOf, RequestName } from './define'
import { cacheContract } from './cache'
import { dependenciesContract } from './dependencies'
import { commitsContract } from './commits'
import { filesContract } from './files'
import { gateContract } from './gate'
import { gitContract } from './git'
import { remoteContract } from './remote'
import { gitChangesContract } from './git-changes'
import { pipelinesContract } from './pipelines'
import { pythonsContract } from './pythons'
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
  pythons: pythonsContract,
  dependencies: dependenciesContract,
  git: { ...gitContract, ...gitChangesContract },
  gate: gateContract,
  remote: remoteContract,
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

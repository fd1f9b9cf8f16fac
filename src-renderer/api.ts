/** The window's one door to the engine: typed calls and events over `window.bridge`; a refused call throws an AppError. */
import type { ApiEvent, ApiInput, ApiOutput, ApiPayload, ApiRequest, Envelope } from '@shared/contract/index'
import { fromWireError } from '@shared/app-error'

export type ApiEventMessage = { [K in ApiEvent]: { name: K; payload: ApiPayload<K> } }[ApiEvent]

type Bridge = {
  call: (name: string, input: unknown) => Promise<Envelope<unknown>>
  onEvent: (listener: (name: string, payload: unknown) => void) => () => void
}

declare global {
  interface Window {
    bridge: Bridge
  }
}

export type Api = {
  call: <K extends ApiRequest>(name: K, input: ApiInput<K>) => Promise<ApiOutput<K>>
  onEvent: (listener: (message: ApiEventMessage) => void) => () => void
}

function createApi(bridge: Bridge): Api {
  return {
    async call<K extends ApiRequest>(name: K, input: ApiInput<K>) {
      const envelope = await bridge.call(name, input)
      if (!envelope.ok) throw fromWireError(envelope.error)
      // The main process checked it against the same contract.
      return envelope.value as ApiOutput<K>
    },
    onEvent: (listener) => bridge.onEvent((name, payload) => listener({ name, payload } as ApiEventMessage)),
  }
}

export const api: Api = createApi(window.bridge)

/** Typed publish and subscribe for the contract's events. Listeners are called in order, at once; one that throws does not keep the others from hearing. */
import type { ApiEvent, ApiPayload } from '@shared/contract'

export type EventListener = <K extends ApiEvent>(name: K, payload: ApiPayload<K>) => void
export type Publish = EventListener

export type Events = {
  publish: Publish
  /** All events; answers the function that ends the subscription. */
  subscribe(listener: EventListener): () => void
  /** One event; answers the function that ends the subscription. */
  on<K extends ApiEvent>(name: K, listener: (payload: ApiPayload<K>) => void): () => void
}

export function createEvents(onListenerError: (error: unknown) => void): Events {
  const listeners = new Set<EventListener>()
  const subscribe = (listener: EventListener): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    publish(name, payload) {
      for (const listener of [...listeners]) {
        try {
          listener(name, payload)
        } catch (error) {
          onListenerError(error)
        }
      }
    },
    subscribe,
    on(wanted, listener) {
      return subscribe((name: ApiEvent, payload) => {
        // The payload belongs to the name: TypeScript cannot see that the comparison narrows both.
        if (name === wanted) listener(payload as unknown as ApiPayload<typeof wanted>)
      })
    },
  }
}

/** A runner that a test drives step by step: it waits to be told what the container or process does. */
import type { RunnerKind } from '@shared/contract/runs'
import type { Runner, RunnerExit, RunnerHooks, RunSpec } from '../runners/runner'

export type DrivenRun = {
  spec: RunSpec
  hooks: RunnerHooks
  stop: AbortSignal
  /** Resolves when the life cycle has asked to stop. */
  stopAsked: Promise<void>
  end(exit: Partial<RunnerExit>): void
  fail(error: unknown): void
}

export type FakeRunner = Runner & {
  /** Answers the runs in the order in which they began; waits for one that has not begun yet. */
  next(): Promise<DrivenRun>
}

export function createFakeRunner(kind: RunnerKind = 'docker'): FakeRunner {
  const begun: DrivenRun[] = []
  const waiting: ((run: DrivenRun) => void)[] = []
  return {
    kind,
    adopt: () => Promise.resolve(null),
    run(spec, hooks, stop) {
      return new Promise<RunnerExit>((resolve, reject) => {
        const driven: DrivenRun = {
          spec,
          hooks,
          stop,
          stopAsked: new Promise((asked) => {
            if (stop.aborted) asked()
            else stop.addEventListener('abort', () => asked(), { once: true })
          }),
          end: (exit) => resolve({ exitCode: 0, signal: null, outOfMemory: false, route: null, stopped: stop.aborted, engineWasLost: false, ...exit }),
          fail: reject,
        }
        const taker = waiting.shift()
        if (taker) taker(driven)
        else begun.push(driven)
      })
    },
    next() {
      const driven = begun.shift()
      return driven ? Promise.resolve(driven) : new Promise((resolve) => waiting.push(resolve))
    },
  }
}

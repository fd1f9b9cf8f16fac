/** The way of a push through the window: the gate, the push itself, and what the server does then. */
import { create } from 'zustand'
import { toWireError, type WireError } from '@shared/app-error'
import type { GateReport } from '@shared/contract/gate'
import type { GitOperation } from '@shared/contract/git'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { ensureTrusted } from '../trust/trust-actions'

/** checking ──> gate ──> pushing ──> pushed; a push that fails leads back to the gate, with why. */
export type PushState =
  | { step: 'closed' }
  | { step: 'checking' }
  | { step: 'gate'; report: GateReport; problem: WireError | null }
  | { step: 'unknown'; problem: WireError }
  | { step: 'pushing'; report: GateReport; operationId: string }
  | { step: 'pushed'; report: GateReport }

export const usePush = create<{ push: PushState }>(() => ({ push: { step: 'closed' } }))

const set = (push: PushState): void => usePush.setState({ push })
const isAt = (step: PushState['step']): boolean => usePush.getState().push.step === step

export async function openPush(): Promise<void> {
  set({ step: 'checking' })
  try {
    const report = await api.call('gate.check', {})
    if (isAt('checking')) set({ step: 'gate', report, problem: null })
  } catch (error) {
    if (isAt('checking')) set({ step: 'unknown', problem: toWireError(error) })
  }
}

/** What is under way goes on; its end is told as that of any operation. */
export function closePush(): void {
  set({ step: 'closed' })
}

export async function pushNow(report: GateReport): Promise<void> {
  if (!(await ensureTrusted('git'))) return
  try {
    const hasUpstream = useEngineMirror.getState().git?.repository?.upstream != null
    const { id } = await api.call('remote.push', { setUpstream: !hasUpstream })
    set({ step: 'pushing', report, operationId: id })
    const { state, error } = await ended(id)
    if (!isAt('pushing')) return
    if (state === 'done') set({ step: 'pushed', report })
    else set({ step: 'gate', report, problem: error })
  } catch (error) {
    if (!isAt('closed')) set({ step: 'gate', report, problem: toWireError(error) })
  }
}

export async function cancelPush(operationId: string): Promise<void> {
  try {
    await api.call('git.cancelOperation', { operationId })
  } catch (error) {
    reportError(error)
  }
}

function ended(operationId: string): Promise<GitOperation> {
  return new Promise((resolve) => {
    const over = (): GitOperation | null => {
      const operation = useEngineMirror.getState().gitOperations[operationId]
      return operation === undefined || operation.finishedAtMs === null ? null : operation
    }
    const found = over()
    if (found) return resolve(found)
    const unsubscribe = useEngineMirror.subscribe(() => {
      const operation = over()
      if (operation === null) return
      unsubscribe()
      resolve(operation)
    })
  })
}

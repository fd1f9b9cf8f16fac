/** The way of a push through the window: the gate, the push itself, and what the server does then. */
import { create } from 'zustand'
import { toWireError, type WireError } from '@shared/app-error'
import type { GateReport } from '@shared/contract/gate'
import type { ApiInput } from '@shared/contract/index'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { talk } from '../remote/remote-actions'

type PushInput = ApiInput<'remote.push'>

/** checking ──> gate ──> closed, while it is pushed: progress, questions and refusals are those of any operation ──> pushed */
export type PushState =
  | { step: 'closed' }
  | { step: 'checking' }
  | { step: 'gate'; input: PushInput; report: GateReport }
  | { step: 'unknown'; input: PushInput; problem: WireError }
  | { step: 'pushed'; report: GateReport }

export const usePush = create<{ push: PushState }>(() => ({ push: { step: 'closed' } }))

const set = (push: PushState): void => usePush.setState({ push })
const isAt = (step: PushState['step']): boolean => usePush.getState().push.step === step

/** The one place where the window pushes: what must be seen before is asked here. */
export async function openPush(input: PushInput = {}): Promise<void> {
  set({ step: 'checking' })
  try {
    const report = await api.call('gate.check', {})
    if (isAt('checking')) set({ step: 'gate', input, report })
  } catch (error) {
    if (isAt('checking')) set({ step: 'unknown', input, problem: toWireError(error) })
  }
}

export function closePush(): void {
  set({ step: 'closed' })
}

/** `report` null: pushed without a verdict. */
export async function pushNow(input: PushInput, report: GateReport | null): Promise<void> {
  set({ step: 'closed' })
  const hasUpstream = useEngineMirror.getState().git?.repository?.upstream != null
  const over = await talk(() => api.call('remote.push', { setUpstream: !hasUpstream, ...input }))
  if (over?.state === 'done' && report !== null && isAt('closed')) set({ step: 'pushed', report })
}

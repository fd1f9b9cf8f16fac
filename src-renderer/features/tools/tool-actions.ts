/** Engine, worker image and uv: looking again and fetching what is missing. */
import { create } from 'zustand'
import type { ToolHealth } from '@shared/contract/tools'
import { api } from '../../api'
import { openTab } from '../../state/layout'
import { addNotice, reportError } from '../../state/notices'

/** The last answer of the doctor; `isChecking` while another is under way. */
export const useDoctor = create<{ tools: readonly ToolHealth[] | null; isChecking: boolean; isFetchingUv: boolean }>(() => ({
  tools: null,
  isChecking: false,
  isFetchingUv: false,
}))

export async function checkTools(): Promise<void> {
  if (useDoctor.getState().isChecking) return
  useDoctor.setState({ isChecking: true })
  try {
    const { tools } = await api.call('tools.check', {})
    useDoctor.setState({ tools })
  } catch (error) {
    reportError(error)
  } finally {
    useDoctor.setState({ isChecking: false })
  }
}

export async function recheckEngine(): Promise<void> {
  try {
    await api.call('tools.recheckEngine', {})
  } catch (error) {
    reportError(error)
  }
  await checkTools()
}

export async function pullImage(): Promise<void> {
  try {
    await api.call('tools.pullImage', {})
  } catch (error) {
    reportError(error)
  }
}

export async function cancelPull(): Promise<void> {
  try {
    await api.call('tools.cancelPull', {})
  } catch (error) {
    reportError(error)
  }
}

export async function fetchUv(): Promise<void> {
  useDoctor.setState({ isFetchingUv: true })
  try {
    const { version } = await api.call('tools.fetchUv', {})
    addNotice({ severity: 'success', titleKey: 'doctor.uvFetched', values: { version } })
  } catch (error) {
    reportError(error)
  } finally {
    useDoctor.setState({ isFetchingUv: false })
  }
  await checkTools()
}

/** What the one button of a line of the doctor does. */
export function repair(action: NonNullable<ToolHealth['action']>): void {
  switch (action) {
    case 'pull-image':
      return void pullImage()
    case 'fetch-uv':
      return void fetchUv()
    case 'recheck':
      return void recheckEngine()
    case 'open-settings':
      return openTab({ kind: 'page', page: 'settings' })
  }
}

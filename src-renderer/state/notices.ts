/** Short messages that appear over the window and go away. Holds what is to be said; showing it is notice-list's part. */
import { create } from 'zustand'
import { type ErrorDetails, toWireError } from '@shared/app-error'
import { type ErrorAction, errorText } from './error-text'

export type Notice = {
  id: number
  severity: 'error' | 'warning' | 'success' | 'information'
  /** Keys of i18n, filled with `values`. */
  titleKey: string
  hintKey: string | null
  values: ErrorDetails
  /** The engine's own English sentence: names the thing, never translated. */
  detail: string | null
  action: ErrorAction | null
}

const maximum = 4

export const useNotices = create<{ notices: readonly Notice[] }>(() => ({ notices: [] }))

let lastId = 0

export function addNotice(notice: Partial<Omit<Notice, 'id'>> & Pick<Notice, 'severity' | 'titleKey'>): void {
  lastId += 1
  const full: Notice = { hintKey: null, values: {}, detail: null, action: null, ...notice, id: lastId }
  useNotices.setState(({ notices }) => {
    // The same thing said twice is one notice, the newer one.
    const others = notices.filter((other) => other.titleKey !== full.titleKey || other.detail !== full.detail)
    return { notices: [...others, full].slice(-maximum) }
  })
}

export function dismissNotice(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))
}

/** Tells the user about anything that was thrown. */
export function reportError(error: unknown): void {
  const wire = toWireError(error)
  const text = errorText(wire.code)
  addNotice({ severity: 'error', titleKey: text.titleKey, hintKey: text.hintKey, values: wire.details, detail: wire.message, action: text.action })
}

/** The regions of the window that the keyboard can go round: tree, tabs, editor, log or cells. */
import { logOnScreen } from '../runs/log-commands'

const order = ['tree', 'tabs', 'editor', 'log', 'cells', 'run'] as const
type Region = (typeof order)[number]

function elementOf(region: Region): HTMLElement | null {
  if (region === 'log') return logOnScreen()?.host ?? null
  return document.querySelector<HTMLElement>(`[data-region="${region}"]`)
}

function focusIn(region: Region, element: HTMLElement): void {
  if (region === 'log') logOnScreen()?.focus()
  else if (region === 'editor') (element.querySelector<HTMLElement>('.monaco-editor textarea, .native-edit-context, input, button') ?? element).focus()
  else if (region === 'tabs') element.querySelector<HTMLElement>('[aria-selected=true]')?.focus()
  else element.focus()
}

export function focusRegion(region: Region): void {
  const element = elementOf(region)
  if (element !== null) focusIn(region, element)
}

export function cycleRegion(step: 1 | -1): void {
  const present = order.filter((region) => elementOf(region) !== null)
  const current = present.findIndex((region) => elementOf(region)?.contains(document.activeElement) === true)
  const next = present[(current + step + present.length) % present.length]
  if (next !== undefined) focusRegion(next)
}

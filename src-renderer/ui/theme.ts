/** Applies the chosen theme to the page and reads the tokens for those who cannot use CSS variables (Monaco, xterm). */
import { create } from 'zustand'

export type ThemeChoice = 'system' | 'light' | 'dark'
export type Theme = { name: 'light' | 'dark'; highContrast: boolean }

const prefersLight = window.matchMedia('(prefers-color-scheme: light)')
const prefersContrast = window.matchMedia('(prefers-contrast: more)')

function resolve(choice: ThemeChoice): Theme {
  const name = choice === 'system' ? (prefersLight.matches ? 'light' : 'dark') : choice
  return { name, highContrast: prefersContrast.matches }
}

let choice = (localStorage.getItem('theme') ?? 'system') as ThemeChoice

export const useTheme = create<Theme>(() => resolve(choice))

function apply(): void {
  const theme = resolve(choice)
  document.documentElement.dataset.theme = theme.name
  useTheme.setState(theme)
}

export function chooseTheme(next: ThemeChoice): void {
  choice = next
  // public/theme-boot.js reads it at the next start, before anything is painted.
  localStorage.setItem('theme', next)
  apply()
}

prefersLight.addEventListener('change', apply)
prefersContrast.addEventListener('change', apply)

/** The build shortens #ffffff to #fff, which neither Monaco nor arithmetic on channels understands. */
function fullColour(value: string): string {
  return /^#[0-9a-f]{3}$/i.test(value) ? value.replace(/[0-9a-f]/gi, '$&$&') : value
}

/** The value of a design token, for example `token('fg-muted')`; colours as #rrggbb. */
export function token(name: string): string {
  return fullColour(getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim())
}

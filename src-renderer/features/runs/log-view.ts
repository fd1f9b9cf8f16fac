/**
 * One xterm on one run's log: only shows, never asks or answers (no input, no clipboard or link escapes). Created for a
 * run and disposed with it.
 */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { type ITheme, Terminal } from '@xterm/xterm'
import { token, useTheme } from '../../ui/theme'
import { refuseEscapes } from './log-escapes'
import { type CodePlace, findPlaces } from './traceback'

const scrollbackLines = 100_000
const plainTextLines = 200
/** More matches than this are found one by one, but neither marked nor counted. */
export const markedMatches = 2000

const ansiNames = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

function terminalTheme(): ITheme {
  const colours = Object.fromEntries(
    ansiNames.flatMap((name) => [
      [name, token(`ansi-${name}`)],
      [`bright${name.charAt(0).toUpperCase()}${name.slice(1)}`, token(`ansi-bright-${name}`)],
    ]),
  )
  return {
    ...colours,
    background: token('bg-sunken'),
    foreground: token('fg'),
    // There is nothing to type into a log.
    cursor: token('bg-sunken'),
    cursorAccent: token('bg-sunken'),
    selectionBackground: token('bg-selected'),
    scrollbarSliderBackground: `${token('fg-faint')}60`,
    scrollbarSliderHoverBackground: `${token('fg-faint')}a0`,
  }
}

export type LogViewEvents = {
  onScroll: (viewportTop: number, bottomTop: number) => void
  onSearchResult: (current: number, count: number) => void
  onOpenPlace: (place: CodePlace) => void
  pipelineFolder: () => string
}

export type LogView = ReturnType<typeof createLogView>

export function createLogView(host: HTMLElement, events: LogViewEvents) {
  const terminal = new Terminal({
    allowProposedApi: true,
    convertEol: true,
    cursorBlink: false,
    cursorInactiveStyle: 'none',
    disableStdin: true,
    drawBoldTextInBrightColors: false,
    fontFamily: token('font-mono'),
    fontSize: 12.5,
    lineHeight: 1.25,
    minimumContrastRatio: 3,
    scrollback: scrollbackLines,
    theme: terminalTheme(),
  })
  refuseEscapes(terminal)
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: markedMatches })
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new UnicodeGraphemesAddon())
  terminal.open(host)
  // The keyboard scrolls and copies; all else belongs to the window.
  terminal.attachCustomKeyEventHandler(() => false)

  const buffer = terminal.buffer.normal
  const fitNow = (): void => {
    if (host.clientWidth > 0 && host.clientHeight > 0) fit.fit()
  }
  const observer = new ResizeObserver(fitNow)
  observer.observe(host)
  fitNow()

  terminal.onScroll(() => events.onScroll(buffer.viewportY, buffer.baseY))
  search.onDidChangeResults(({ resultIndex, resultCount }) => events.onSearchResult(resultIndex + 1, resultCount))
  const unsubscribeTheme = useTheme.subscribe(() => {
    terminal.options.theme = terminalTheme()
  })
  terminal.registerLinkProvider({
    provideLinks(lineNumber, callback) {
      const text = buffer.getLine(lineNumber - 1)?.translateToString(true) ?? ''
      const places = findPlaces(text, events.pipelineFolder())
      callback(
        places.map((place) => ({
          range: { start: { x: place.from + 1, y: lineNumber }, end: { x: place.to, y: lineNumber } },
          text: text.slice(place.from, place.to),
          activate: () => events.onOpenPlace(place),
        })),
      )
    },
  })

  /** Wrapped rows are put together again; empty rows at the end are left out. */
  function plainText(lines: number): string {
    let last = buffer.length - 1
    while (last > 0 && (buffer.getLine(last)?.translateToString(true) ?? '') === '') last -= 1
    const texts: string[] = []
    let tail = ''
    for (let row = last; row >= 0 && texts.length < lines; row -= 1) {
      const line = buffer.getLine(row)
      tail = (line?.translateToString(line.isWrapped ? false : tail === '') ?? '') + tail
      if (line?.isWrapped !== true) {
        texts.push(tail.trimEnd())
        tail = ''
      }
    }
    return texts.reverse().join('\n')
  }

  const searchOptions = () => ({
    decorations: {
      matchBackground: token('find'),
      matchOverviewRuler: token('find-active'),
      activeMatchBackground: token('find-active'),
      activeMatchColorOverviewRuler: token('accent'),
    },
  })

  return {
    write: (text: string): Promise<void> => new Promise((resolve) => terminal.write(text, resolve)),
    isAtEnd: (): boolean => buffer.viewportY >= buffer.baseY,
    scrollToEnd: (): void => terminal.scrollToBottom(),
    scrollLines: (count: number): void => terminal.scrollLines(count),
    scrollPages: (count: number): void => terminal.scrollPages(count),
    scrollToStart: (): void => terminal.scrollToTop(),
    selection: (): string => terminal.getSelection(),
    selectAll: (): void => terminal.selectAll(),
    lastLines: (): string => plainText(plainTextLines),
    allText: (): string => plainText(Number.POSITIVE_INFINITY),
    find(term: string, direction: 'next' | 'previous', incremental: boolean): void {
      if (term === '') {
        search.clearDecorations()
        terminal.clearSelection()
        events.onSearchResult(0, 0)
      } else if (direction === 'next') search.findNext(term, { ...searchOptions(), incremental })
      else search.findPrevious(term, searchOptions())
    },
    clearFind: (): void => search.clearDecorations(),
    focus: (): void => terminal.focus(),
    dispose(): void {
      observer.disconnect()
      unsubscribeTheme()
      terminal.dispose()
    },
  }
}

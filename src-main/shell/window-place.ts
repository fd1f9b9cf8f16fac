/** Where the window was last time; a place that no screen shows any more is forgotten. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { screen, type BrowserWindow, type Rectangle } from 'electron'
import { z } from 'zod'

const schema = z.object({ x: z.number().int().optional(), y: z.number().int().optional(), width: z.number().int().min(640), height: z.number().int().min(420), maximized: z.boolean() })

export type WindowPlace = { bounds: Partial<Rectangle>; maximized: boolean }

const firstPlace: WindowPlace = { bounds: { width: 1280, height: 820 }, maximized: false }

export function readWindowPlace(userDataDir: string): WindowPlace {
  try {
    const { maximized, x, y, width, height } = schema.parse(JSON.parse(readFileSync(fileIn(userDataDir), 'utf8')))
    if (x === undefined || y === undefined) return { bounds: { width, height }, maximized }
    const { workArea } = screen.getDisplayMatching({ x, y, width, height })
    const visible = x < workArea.x + workArea.width - 80 && y < workArea.y + workArea.height - 80 && x + width > workArea.x + 80 && y >= workArea.y - 40
    return { bounds: visible ? { x, y, width, height } : { width, height }, maximized }
  } catch {
    return firstPlace
  }
}

export function saveWindowPlace(userDataDir: string, window: BrowserWindow): void {
  try {
    writeFileSync(fileIn(userDataDir), JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() }))
  } catch {
    // The next start opens in the usual place.
  }
}

function fileIn(userDataDir: string): string {
  return join(userDataDir, 'window.json')
}

/** Small facts the app remembers between starts: the profile's owner id, recent workspaces, set-ups that worked. */
import { randomBytes } from 'node:crypto'
import type { Database } from './database'

export type Facts = {
  get(key: string): string | null
  set(key: string, value: string): void
  /** Keys that begin so. */
  keys(prefix: string): string[]
  remove(key: string): void
  /** Random, made once per profile: it marks what this profile created in the container engine. */
  ownerId(): string
  recentWorkspaces(): string[]
  rememberWorkspace(path: string): void
  isTrusted(workspaceRoot: string): boolean
  trust(workspaceRoot: string): void
}

const maxRecent = 10

export function createFacts(database: Database): Facts {
  const get = (key: string): string | null => {
    const value = database.get('SELECT value FROM facts WHERE key = ?', [key])?.value
    return typeof value === 'string' ? value : null
  }
  const set = (key: string, value: string): void => database.run('INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [key, value])
  const recentWorkspaces = (): string[] => {
    const parsed: unknown = JSON.parse(get('recent-workspaces') ?? '[]')
    return Array.isArray(parsed) ? parsed.filter((entry): entry is string => typeof entry === 'string') : []
  }
  return {
    get,
    set,
    keys: (prefix) => database.all('SELECT key FROM facts WHERE substr(key, 1, ?) = ?', [prefix.length, prefix]).map(({ key }) => String(key)),
    remove: (key) => database.run('DELETE FROM facts WHERE key = ?', [key]),
    ownerId() {
      // Insert, then read: of two processes that start at once one id wins for both.
      database.run('INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', ['owner-id', randomBytes(8).toString('hex')])
      return get('owner-id') ?? ''
    },
    recentWorkspaces,
    isTrusted: (root) => get(`trusted:${root}`) !== null,
    trust: (root) => set(`trusted:${root}`, String(Date.now())),
    rememberWorkspace(path) {
      set('recent-workspaces', JSON.stringify([path, ...recentWorkspaces().filter((entry) => entry !== path)].slice(0, maxRecent)))
    },
  }
}

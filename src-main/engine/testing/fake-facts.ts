/** The facts that the app remembers, in memory. */
import type { Facts } from '../store/facts'

export function fakeFacts(): Facts {
  const known = new Map<string, string>()
  return {
    get: (key) => known.get(key) ?? null,
    set: (key, value) => void known.set(key, value),
    keys: (prefix) => [...known.keys()].filter((key) => key.startsWith(prefix)),
    remove: (key) => void known.delete(key),
    ownerId: () => 'me',
    recentWorkspaces: () => [],
    rememberWorkspace: () => undefined,
    isTrusted: () => true,
    trust: () => undefined,
  }
}

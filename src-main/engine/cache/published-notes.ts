/** Packages that are published with files other than their RECORD says: found right after they were fetched, so that they are no damage. */
import type { CacheDamage } from '@shared/contract/cache-check'
import type { Facts } from '../store/facts'
import type { PublishedSo } from './cache-look'

export type PublishedNotes = { all(): PublishedSo[]; note(damage: readonly CacheDamage[]): void }

const key = 'published-so'
const mostKept = 200

export function createPublishedNotes(facts: Pick<Facts, 'get' | 'set'>): PublishedNotes {
  const all = (): PublishedSo[] => JSON.parse(facts.get(key) || '[]') as PublishedSo[]
  return {
    all,
    note(damage) {
      const known = new Map([...all(), ...damage.flatMap(({ name, version, files }) => files.map(([file, why]): PublishedSo => [name, version, file, why]))].map((entry) => [JSON.stringify(entry), entry]))
      facts.set(key, JSON.stringify([...known.values()].slice(-mostKept)))
    },
  }
}

/** What a check of the cache found, in the way it is shown. Pure. */
import type { CacheCheckState, CacheDamage } from '@shared/contract/cache-check'

/** A package is damaged once, however many environments it is in. */
export function damagedPackages(damage: readonly CacheDamage[]): (CacheDamage & { places: CacheDamage['kind'][] })[] {
  const found = new Map<string, CacheDamage & { places: CacheDamage['kind'][] }>()
  for (const item of damage) {
    const key = item.name === '' ? item.folder : `${item.name} ${item.version}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { ...item, places: [item.kind] })
    else found.set(key, { ...known, bytes: known.bytes + item.bytes, places: known.places.includes(item.kind) ? known.places : [...known.places, item.kind] })
  }
  return [...found.values()]
}

export function isAsMade({ damage, foreign }: CacheCheckState): boolean {
  return damage.length === 0 && foreign === null
}

export function hasChangedFiles(damage: readonly CacheDamage[]): boolean {
  return damage.some(({ files }) => files.some(([, why]) => why === 'changed'))
}

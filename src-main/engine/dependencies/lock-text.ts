/** What the text of a lock file says, pure: names, versions, and what each is there for, as uv and pip-tools annotate it. */
import { normalizedName } from '../uv/requirement-names'

/** `via`: names of packages that require it; a requirements file, which asks for it itself, is left out. */
export type LockedPackage = { name: string; version: string; via: string[] }

const pinned = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*===?\s*([^\s;\\#]+)/
const annotation = /^\s*#\s*(via\b)?\s*(.*)$/

export function readLock(text: string): LockedPackage[] {
  const found: LockedPackage[] = []
  let isAnnotated = false
  for (const line of text.split('\n')) {
    const [, name, version] = pinned.exec(line) ?? []
    if (name !== undefined && version !== undefined) {
      found.push({ name: normalizedName(name), version, via: namesIn(/#\s*via\s+(.*)$/.exec(line)?.[1] ?? '') })
      isAnnotated = false
      continue
    }
    const [, via, names] = annotation.exec(line) ?? []
    isAnnotated = via !== undefined || (isAnnotated && names !== undefined)
    if (isAnnotated && names !== undefined && /^\s/.test(line)) found.at(-1)?.via.push(...namesIn(names))
  }
  return found
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?$/.test(part))
    .map((part) => normalizedName(part.replace(/\[.*/, '')))
}

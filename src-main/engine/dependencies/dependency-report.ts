/** Requirements, lock, imports and what was found out about the packages, put together, pure: a row for each package, and the imports that nothing asks for. */
import type { Dependency, DependencyState, ImportPlace, UnaskedImport, Vulnerability } from '@shared/contract/dependencies'
import { isOftenUnimported, likelyDistributions } from '../uv/import-names'
import type { AskedRequirement } from '../uv/requirements'
import type { FoundImport } from './dependency-messages'
import type { LockedPackage } from './lock-text'

/** Of one look: what is written in the pipeline's folder. */
export type WrittenFacts = {
  asked: AskedRequirement[]
  /** Lines that name a folder, a file or an address in place of a package. */
  hasUnnamed: boolean
  locked: LockedPackage[] | null
  imports: FoundImport[]
}

/** Of one check of exactly these requirements; null: that part did not work. */
export type CheckedFacts = {
  resolved: LockedPackage[] | null
  /** Versions by name. */
  installed: ReadonlyMap<string, string> | null
  /** Names of packages by module. */
  provides: Readonly<Record<string, string[]>>
  newest: Readonly<Record<string, string>>
  exists: Readonly<Record<string, boolean | null>>
}

/** Never changes for a version, or seldom: kept from check to check, by `name version`. */
export type VersionFacts = ReadonlyMap<string, FactsOfVersion>
export type FactsOfVersion = { licence?: string | null; bytes?: number; vulnerabilities?: Vulnerability[] }

type Report = Pick<DependencyState, 'packages' | 'unasked'>

export function dependencyReport({ asked, hasUnnamed, locked, imports }: WrittenFacts, checked: CheckedFacts | null, versions: VersionFacts): Report {
  const askedByName = new Map(asked.map((found) => [found.name, found]))
  const lockedByName = new Map(locked?.map((found) => [found.name, found]))
  const resolvedByName = new Map(checked?.resolved?.map((found) => [found.name, found]))
  const names = new Set([...askedByName.keys(), ...lockedByName.keys(), ...resolvedByName.keys(), ...(checked?.installed?.keys() ?? [])])
  const { placesByName, unknown } = ownersOf(imports, names, checked)

  const throughOf = (name: string): string[] => [...new Set([...(lockedByName.get(name)?.via ?? []), ...(resolvedByName.get(name)?.via ?? [])])].sort()
  const versionOf = (name: string): string | null => checked?.installed?.get(name) ?? lockedByName.get(name)?.version ?? resolvedByName.get(name)?.version ?? null
  const row = (name: string): Dependency => {
    const found = askedByName.get(name)
    const version = versionOf(name) ?? /^==([^*,]+)$/.exec(found?.specifier ?? '')?.[1] ?? null
    const facts = version === null ? undefined : versions.get(`${name} ${version}`)
    return {
      name,
      asked: found === undefined ? null : { file: found.file, line: found.line, text: found.text, specifier: found.specifier },
      through: throughOf(name),
      locked: lockedByName.get(name)?.version ?? null,
      resolved: resolvedByName.get(name)?.version ?? null,
      newer: checked?.newest[name] ?? null,
      imports: (placesByName.get(name) ?? []).map(placeOf),
      isOftenUnimported: isOftenUnimported(name),
      licence: facts?.licence ?? null,
      bytes: facts?.bytes ?? null,
      vulnerabilities: facts?.vulnerabilities ?? null,
    }
  }

  const brought = [...placesByName]
    // What nothing requires and is there all the same is what a line without a name asks for.
    .filter(([name]) => !askedByName.has(name) && !(hasUnnamed && throughOf(name).length === 0))
    .map(([name, places]) => ({ module: shownModule(places[0]?.module ?? name, name), name, places }))
  const pins = asked.length > 0 && asked.every(({ specifier }) => specifier.startsWith('=='))
  const unasked = [...brought, ...(hasUnnamed && checked === null ? [] : unknown)].map(({ module, name, places }): UnaskedImport => {
    const version = versionOf(name)
    return {
      module,
      places: places.map(placeOf),
      package: name,
      requirement: pins && version !== null ? `${name}==${version}` : name,
      through: throughOf(name),
      isOnIndex: names.has(name) ? true : (checked?.exists[name] ?? null),
    }
  })
  return {
    packages: [...names].sort((a, b) => Number(askedByName.has(b)) - Number(askedByName.has(a)) || (a < b ? -1 : 1)).map(row),
    // What the code does without is nobody's duty to bring.
    unasked: unasked.filter(({ places }) => places.some(({ isOptional }) => !isOptional)).sort((a, b) => (a.module < b.module ? -1 : 1)),
  }
}

type Owned = { module: string; name: string; places: FoundImport[] }

/** Which package each import is of: as the environment says, where it was made, else by what is known of names. */
function ownersOf(imports: readonly FoundImport[], names: ReadonlySet<string>, checked: CheckedFacts | null): { placesByName: Map<string, FoundImport[]>; unknown: Owned[] } {
  const placesByName = new Map<string, FoundImport[]>()
  const unknown = new Map<string, Owned>()
  for (const found of imports) {
    const provided = checked?.provides[found.module] ?? []
    const likely = likelyDistributions(found.module)
    const known = provided.length > 0 ? provided : likely.filter((name) => names.has(name)).slice(0, 1)
    for (const name of known) placesByName.set(name, [...(placesByName.get(name) ?? []), found])
    if (known.length > 0) continue
    const [name = found.module] = likely
    const others = unknown.get(name)
    if (others) others.places.push(found)
    else unknown.set(name, { module: shownModule(found.module, name), name, places: [found] })
  }
  return { placesByName, unknown: [...unknown.values()] }
}

/** `google.cloud.storage` of google-cloud-storage, else the first name. */
function shownModule(module: string, name: string): string {
  const parts = module.split('.')
  return name === parts.slice(0, 3).join('-') ? parts.slice(0, 3).join('.') : (parts[0] ?? module)
}

function placeOf({ file, line, cell, isOptional }: ImportPlace): ImportPlace {
  return { file, line, cell, isOptional }
}

/** Names that are looked for on the index and modules that are looked for in the environment. */
export function questionsOf(written: WrittenFacts): { names: string[]; modules: string[] } {
  const { unasked } = dependencyReport(written, null, new Map())
  const unknown = unasked.filter(({ through }) => through.length === 0)
  return { names: unknown.map((found) => found.package), modules: [...new Set(written.imports.map(({ module }) => module))] }
}

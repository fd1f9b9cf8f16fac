/**
 * What a pipeline.json means: the config that a run uses, and every problem in the file at its place. Pure: used by the
 * engine, the editor and the CLI. The rules for one field each are in pipeline-config-fields.ts; what the server does with
 * the same text is described in FASTFLOW.md §2.
 */
import type { Node } from 'jsonc-parser'
import type { Problem } from './contract/pipelines'
import { closestNames } from './closest-names'
import { appliedFields, notYetAppliedFields } from './pipeline-config-fields'
import { defaultPipelineConfig, type PipelineConfig } from './pipeline-config-model'
import { readConfigSyntax, type PositionOf } from './pipeline-config-syntax'

export { maxConfigBytes } from './pipeline-config-syntax'

export type PipelineConfigOptions = {
  defaultPythonVersion: string
  /** Name of the file, for the problems; pipeline.json unless it is the `<folder>.json` form. */
  file?: string
}

export type ParsedPipelineConfig = {
  config: PipelineConfig
  problems: Problem[]
  /**
   * False when the config does not say what the file says, because the file, or a value without which a run is another
   * run (python_version), cannot be used. Callers do not run such a pipeline without asking.
   */
  usable: boolean
}

const maxProblems = 100

/** The result for a file that the server would drop as a whole. `fault` continues the sentence that begins with the file's name. */
export function unusablePipelineConfig(fault: string, place: { line: number; column: number } | null, options: PipelineConfigOptions): ParsedPipelineConfig {
  const file = options.file ?? 'pipeline.json'
  const message = `${file} ${fault}. The server would ignore the whole file and run this pipeline with defaults, enabled and without limits.`
  return {
    config: defaultPipelineConfig(options.defaultPythonVersion),
    problems: [{ severity: 'error', message, file, line: place?.line ?? null, column: place?.column ?? null }],
    usable: false,
  }
}

/** Never throws. */
export function parsePipelineConfig(text: string, options: PipelineConfigOptions): ParsedPipelineConfig {
  const syntax = readConfigSyntax(text)
  if (!syntax.ok) return unusablePipelineConfig(syntax.message, syntax.position, options)
  const { root, positionOf, notANumber } = syntax
  const file = options.file ?? 'pipeline.json'
  const problems: Problem[] = []
  const report = (severity: Problem['severity'], message: string, node: Node) => {
    problems.push({ severity, message, file, ...positionOf(node.offset) })
  }

  const environment = lastValues(root).get('default_env')
  if (environment && environment.value.type !== 'object' && environment.value.type !== 'null') {
    return unusablePipelineConfig('has a default_env that is not an object', positionOf(environment.value.offset), options)
  }

  reportDuplicateKeys(root, report)
  const config = defaultPipelineConfig(options.defaultPythonVersion)
  let usable = true
  for (const [name, { key, value }] of lastValues(root)) {
    const read = appliedFields.get(name)
    if (read) {
      read({
        value,
        config,
        sourceText: text.slice(value.offset, value.offset + value.length),
        isNotANumber: notANumber.has(value.offset),
        report,
        refuse: (message, node) => {
          usable = false
          report('error', message, node)
        },
      })
    } else if (notYetAppliedFields.has(name)) {
      if (value.type !== 'null') report('information', `"${name}" is not applied by local runs yet.`, key)
    } else {
      reportUnknownKey(name, key, report)
    }
  }
  return { config, problems: inOrder(problems, positionOf(root.offset), file), usable }
}

type Report = (severity: Problem['severity'], message: string, node: Node) => void
type Entry = { key: Node; value: Node }

/** A Map, so that keys like __proto__ are names like any other. */
function lastValues(object: Node): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const property of object.children ?? []) {
    const [key, value] = property.children ?? []
    if (key && value) entries.set(String(key.value), { key, value })
  }
  return entries
}

/** The depth of the tree is limited by the syntax step, so recursion is safe. */
function reportDuplicateKeys(node: Node, report: Report): void {
  const seen = new Set<string>()
  for (const child of node.children ?? []) {
    const key = node.type === 'object' ? child.children?.[0] : undefined
    if (key) {
      const name = String(key.value)
      if (seen.has(name)) report('warning', `The key ${quoted(name)} is there more than once; the last one counts.`, key)
      seen.add(name)
    }
    reportDuplicateKeys(child, report)
  }
}

function reportUnknownKey(name: string, key: Node, report: Report): void {
  const [meant] = closestNames(name, [...appliedFields.keys(), ...notYetAppliedFields])
  report('warning', `Unknown key ${quoted(name)}; the server ignores it.${meant ? ` Did you mean "${meant}"?` : ''}`, key)
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
}

/** In the order of the file; a file of nothing but mistakes does not flood the list. */
function inOrder(problems: Problem[], start: ReturnType<PositionOf>, file: string): Problem[] {
  const rank = { error: 0, warning: 1, information: 2 }
  const shown = problems.length > maxProblems ? [...problems].sort((a, b) => rank[a.severity] - rank[b.severity]).slice(0, maxProblems) : problems
  shown.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  if (problems.length > maxProblems) {
    shown.push({ severity: 'warning', message: `${problems.length - maxProblems} more problems are not shown.`, file, ...start })
  }
  return shown
}

/**
 * What a pipeline.json means: the config that a run uses, and every problem in the file at its place. Pure: used by the
 * engine, the editor and the CLI. Which reader each field has is in pipeline-config-fields.ts; what the server does with the
 * same text is described in FASTFLOW.md §2.
 */
import type { Node } from 'jsonc-parser'
import type { Problem } from './contract/pipelines'
import { readTopLevel } from './pipeline-config-fields'
import { defaultPipelineConfig, type PipelineConfig } from './pipeline-config-model'
import { entriesOf, type Reading } from './pipeline-config-reading'
import { readConfigSyntax, type Position, type PositionOf } from './pipeline-config-syntax'
import { shortened } from './pipeline-config-values'

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
   * run (python_version, a hard limit, timeout), cannot be used. Callers do not run such a pipeline without asking.
   */
  usable: boolean
  /** Where the target of each of `config.downstreamTriggers` stands, for problems that need all pipelines. */
  triggerPlaces: Position[]
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
    triggerPlaces: [],
  }
}

/** Never throws. */
export function parsePipelineConfig(text: string, options: PipelineConfigOptions): ParsedPipelineConfig {
  const syntax = readConfigSyntax(text)
  if (!syntax.ok) return unusablePipelineConfig(syntax.message, syntax.position, options)
  const { root, positionOf, notANumber } = syntax
  const file = options.file ?? 'pipeline.json'
  const found: Found[] = []
  let usable = true
  const drops: { fault: string; node: Node }[] = []
  const report: Reading['report'] = (severity, message, node) => void found.push({ severity, message, offset: node.offset })
  const reading: Reading = {
    text,
    notANumber,
    report,
    refuse: (message, node) => {
      usable = false
      report('error', message, node)
    },
    drop: (fault, node) => void drops.push({ fault, node }),
  }

  reportDuplicateKeys(root, report)
  const config = defaultPipelineConfig(options.defaultPythonVersion)
  const triggerNodes = readTopLevel(entriesOf(root), config, { reading, file })
  const [dropped] = drops
  if (dropped) return unusablePipelineConfig(dropped.fault, positionOf(dropped.node.offset), options)
  return { config, problems: inOrder(found, { positionOf, file }), usable, triggerPlaces: triggerNodes.map(({ offset }) => positionOf(offset)) }
}

/** The depth of the tree is limited by the syntax step, so recursion is safe. */
function reportDuplicateKeys(node: Node, report: Reading['report']): void {
  const seen = new Set<string>()
  for (const child of node.children ?? []) {
    const key = node.type === 'object' ? child.children?.[0] : undefined
    if (key) {
      const name = String(key.value)
      if (seen.has(name)) report('warning', `The key ${shortened(name)} is there more than once; the last one counts.`, key)
      seen.add(name)
    }
    reportDuplicateKeys(child, report)
  }
}

type Found = { severity: Problem['severity']; message: string; offset: number }

/** In the order of the file; a file of nothing but mistakes does not flood the list. */
function inOrder(found: readonly Found[], { positionOf, file }: { positionOf: PositionOf; file: string }): Problem[] {
  const rank = { error: 0, warning: 1, information: 2 }
  const shown = [...found].sort((a, b) => rank[a.severity] - rank[b.severity] || a.offset - b.offset).slice(0, maxProblems)
  shown.sort((a, b) => a.offset - b.offset)
  const problems: Problem[] = shown.map(({ severity, message, offset }) => ({ severity, message, file, ...positionOf(offset) }))
  if (found.length > maxProblems) {
    problems.push({ severity: 'warning', message: `${found.length - maxProblems} more problems are not shown.`, file, ...positionOf(0) })
  }
  return problems
}

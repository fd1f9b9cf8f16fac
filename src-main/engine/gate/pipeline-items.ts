/** Would the server run these pipelines as they are meant? Pure: compares what a commit holds with what the other side has. */
import type { GateItem, GatePipeline, LastRun } from '@shared/contract/gate'
import type { Problem } from '@shared/contract/pipelines'
import type { TreeLink, TreePipeline, TreePipelines } from './tree-pipelines'

export type PipelineItem = Omit<GateItem, 'isOld'>

const severities: Record<Problem['severity'], GateItem['severity']> = { error: 'red', warning: 'amber', information: 'info' }

/** What can be said of a commit alone. */
export function itemsOfTree({ pipelines, links }: TreePipelines): PipelineItem[] {
  return [...links.map(itemOfLink), ...pipelines.flatMap(itemsOfPipeline), ...itemsOfWebhooks(pipelines)]
}

function itemsOfPipeline(pipeline: TreePipeline): PipelineItem[] {
  const items = pipeline.problems.map(({ severity, message, file, line }) => itemOf(pipeline, 'config', severities[severity], message, file, line))
  if (pipeline.isLockOutdated) {
    items.push(itemOf(pipeline, 'lock', 'red', 'requirements.txt.lock lacks what requirements.txt asks for, and the server installs from the lock: the pipeline would miss packages. Write the lock anew, or remove it.', 'requirements.txt.lock'))
  }
  return items
}

function itemsOfWebhooks(pipelines: readonly TreePipeline[]): PipelineItem[] {
  const owners = new Map<string, TreePipeline[]>()
  for (const pipeline of pipelines) {
    for (const key of new Set([pipeline.config, ...pipeline.config.runConfigurations].flatMap(({ webhookKey }) => webhookKey ?? []))) owners.set(key, [...(owners.get(key) ?? []), pipeline])
  }
  return [...owners.values()].filter((sharing) => sharing.length > 1).flatMap((sharing) =>
    sharing.map((pipeline) => itemOf(pipeline, 'webhook', 'amber', `Its webhook key is that of ${sharing.filter((other) => other !== pipeline).map(({ name }) => name).join(', ')}, too: who may start one can start the other. Give each a key of its own.`, pipeline.metadataFile)),
  )
}

function itemOfLink({ pipeline, path, fault }: TreeLink): PipelineItem {
  const at = { pipeline, path, file: null, line: null, kind: 'link' as const }
  switch (fault) {
    case 'submodule':
      return { ...at, severity: 'red', message: 'This folder is a repository of its own (a submodule), which the server does not fetch: it is empty there. Put the files themselves here.' }
    case 'outside':
      return { ...at, severity: 'red', message: 'This is a link that leads out of the repository, or nowhere: it leads to something else on the server. Put the file itself here.' }
    case 'other-folder':
      return { ...at, severity: /\/main\.(?:py|ipynb)$/.test(path) ? 'red' : 'amber', message: 'This is a link that leads out of the pipeline’s folder, and in the container only this folder exists. Put the file itself here.' }
  }
}

/** One mistake is said once, with its gravest consequence. */
export function withoutRepetition(items: readonly GateItem[]): GateItem[] {
  const said = items.filter(({ kind }) => kind === 'enables')
  return items.filter(({ kind, pipeline, message }) => kind !== 'config' || !said.some((item) => item.pipeline === pipeline && item.message.includes(message)))
}

export type Comparison = { items: PipelineItem[]; pipelines: GatePipeline[] }

/** What can only be said against what the other side has. */
export function compareTrees(head: TreePipelines, base: TreePipelines, lastRunOf: (pipeline: TreePipeline) => LastRun): Comparison {
  const before = new Map(base.pipelines.map((pipeline) => [pipeline.name, pipeline]))
  const now = new Map(head.pipelines.map((pipeline) => [pipeline.name, pipeline]))
  const items: PipelineItem[] = []
  const pipelines: GatePipeline[] = []
  for (const pipeline of head.pipelines) {
    const old = before.get(pipeline.name)
    const lastRun = lastRunOf(pipeline)
    const change = old === undefined ? 'added' : old.treeId === pipeline.treeId ? 'unchanged' : 'changed'
    pipelines.push({ name: pipeline.name, change, enabled: pipeline.enabled, lastRun })
    if (change === 'unchanged') continue
    if (enablesByMistake(pipeline, old)) {
      const place = pipeline.problems.find(({ severity }) => severity === 'error')
      items.push(itemOf(pipeline, 'enables', 'red', `This push would enable a disabled pipeline, for its "enabled": false is lost. ${place?.message ?? ''} Correct the file.`, place?.file ?? pipeline.metadataFile, place?.line))
    }
    const secrets = pipeline.config.secrets.filter((name) => old?.config.secrets.includes(name) !== true)
    if (secrets.length > 0) items.push(itemOf(pipeline, 'server-secrets', 'info', `It needs ${secrets.length === 1 ? 'a secret' : 'secrets'} on the server: ${secrets.join(', ')}. One that is missing there is left out silently; set it before the first run.`, pipeline.metadataFile))
    if (lastRun === 'red') items.push(itemOf(pipeline, 'last-run', 'red', 'The last run of exactly this code failed here. Look at its log, correct it and run it again.'))
    if (lastRun === 'never') items.push(itemOf(pipeline, 'last-run', 'amber', 'Exactly this code was never run here. Run it once before the server does.'))
  }
  for (const old of base.pipelines) {
    if (now.has(old.name)) continue
    pipelines.push({ name: old.name, change: 'removed', enabled: old.enabled, lastRun: null })
    items.push(itemOfRemoval(old, head, before))
  }
  return { items, pipelines: pipelines.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

function enablesByMistake(pipeline: TreePipeline, old: TreePipeline | undefined): boolean {
  if (pipeline.configUsable || !pipeline.enabled) return false
  return old?.enabled === false || /"enabled"\s*:\s*(?:false|null)/.test(pipeline.metadataText)
}

function itemOfRemoval(old: TreePipeline, head: TreePipelines, before: ReadonlyMap<string, TreePipeline>): PipelineItem {
  const at = { pipeline: old.name, path: old.folder, file: null, line: null }
  const renamed = head.pipelines.find(({ name, treeId }) => treeId === old.treeId && !before.has(name))
  if (renamed) {
    return { ...at, kind: 'renamed', severity: 'amber', path: renamed.folder, message: `${old.name} is now ${renamed.name}: to the server that is another pipeline. Its history stays under the old name, its webhook address changes; tell who calls it.` }
  }
  const reason = head.skipped.find(({ name }) => name === old.name)?.reason
  if (reason !== undefined) return { ...at, kind: 'vanishes', severity: 'red', message: `${old.name} is no pipeline any more: the folder ${reason}. The server stops its schedules. Correct it, or remove the folder.` }
  return { ...at, kind: 'vanishes', severity: 'amber', message: `${old.name} is gone: the server stops its schedules, and its webhook answers 404. Make sure that nobody needs it.` }
}

function itemOf({ name, folder }: TreePipeline, kind: GateItem['kind'], severity: GateItem['severity'], message: string, file: string | null = null, line: number | null = null): PipelineItem {
  return { severity, kind, pipeline: name, path: file === null ? folder : `${folder}/${file}`, file, line, message }
}

/** What is wrong on the other side already is not for this push to answer for: it is shown, and stops nothing. */
export function markOld(items: readonly PipelineItem[], base: readonly PipelineItem[]): GateItem[] {
  const keyOf = ({ kind, pipeline, path, message }: PipelineItem): string => JSON.stringify([kind, pipeline, path, message])
  const known = new Set(base.map(keyOf))
  return items.map((item) => {
    const isOld = known.has(keyOf(item))
    return { ...item, isOld, severity: !isOld ? item.severity : item.severity === 'red' ? 'amber' : 'info' }
  })
}

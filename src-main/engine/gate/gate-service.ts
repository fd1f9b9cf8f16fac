/** The push gate: would the server run what is about to be pushed, and what will it do then? Looks at commits and executes nothing of them. */
import { relative, sep } from 'node:path'
import type { ApiParsedInput } from '@shared/contract'
import type { GateReport, LastRun } from '@shared/contract/gate'
import type { GitState } from '@shared/contract/git'
import type { Settings } from '@shared/contract/settings'
import { openRepository } from '../git/open-repository'
import { AppError } from '@shared/app-error'
import type { RunHistory } from '../store/run-history'
import { contentItems } from './content-items'
import { emptyTree, readTree } from './git-tree'
import { readOutgoingBlobs, readRange, type Range } from './outgoing'
import { compareTrees, itemsOfTree, markOld, withoutRepetition, type PipelineItem } from './pipeline-items'
import { scheduleChanges } from './server-effect'
import { noTreePipelines, readTreePipelines, type TreePipeline } from './tree-pipelines'

export type GateServiceDeps = {
  /** Throws workspace/none-open. */
  workspace: () => { root: string; pipelinesDir: string }
  environment: () => NodeJS.ProcessEnv
  settings: () => Pick<Settings, 'serverBranch' | 'warnFileMegabytes' | 'refuseFileMegabytes' | 'defaultPythonVersion'>
  lastOutcomeOf: RunHistory['lastOutcomeOf']
  /** Of the working tree, as it is now. */
  gitState: () => Promise<GitState>
  nowMs: () => number
}

export type GateService = { check(question: ApiParsedInput<'gate.check'>): Promise<GateReport> }

const mostItems = 2_000
const rank = { red: 0, amber: 1, info: 2 }

export function createGateService(deps: GateServiceDeps): GateService {
  const lastRunOf = (workspaceRoot: string, { name, treeId }: TreePipeline): LastRun => {
    const outcome = deps.lastOutcomeOf({ workspaceRoot, pipeline: name, gitTree: treeId })
    return outcome === null ? 'never' : outcome === 'succeeded' ? 'green' : 'red'
  }

  return {
    async check(question) {
      const { root, pipelinesDir } = deps.workspace()
      const { serverBranch, warnFileMegabytes, refuseFileMegabytes, defaultPythonVersion } = deps.settings()
      // Trusted or not: nothing of what this looks at needs the repository's own programs.
      const opened = await openRepository({ folder: root, environment: deps.environment(), isTrusted: false })
      if (opened === null) throw new AppError('git/no-repository', 'This workspace is in no git repository. Make one, or clone one.')
      const { client } = opened
      const range = await readRange(opened, question, serverBranch)
      const [head, base, blobs] = await Promise.all([readTree(client, range.head.commit), range.base === null ? emptyTree : readTree(client, range.base.commit), readOutgoingBlobs(opened, range)])
      const below = relative(opened.root, pipelinesDir).split(sep).join('/')
      const pipelinesOf = (tree: typeof head): ReturnType<typeof readTreePipelines> | typeof noTreePipelines => (below.startsWith('..') ? noTreePipelines : readTreePipelines(client, tree, below, defaultPythonVersion))
      const now = await pipelinesOf(head)
      const before = range.base === null ? noTreePipelines : await pipelinesOf(base)
      const compared = compareTrees(now, before, (pipeline) => lastRunOf(root, pipeline))
      const content = await contentItems({ client, blobs, head, base, limits: { warnBytes: warnFileMegabytes * 1e6, refuseBytes: refuseFileMegabytes * 1e6 } })
      const changed = new Set(compared.pipelines.filter(({ change }) => change !== 'unchanged').map(({ name }) => name))
      const items = withoutRepetition([
        ...markOld(itemsOfTree(now), itemsOfTree(before)).filter((item) => item.severity !== 'info' || changed.has(item.pipeline ?? '')),
        ...[...compared.items, ...content.map((item) => placed(item, now.pipelines)), ...branchItems(range, serverBranch), ...(question.head === null ? uncommittedItems(await deps.gitState()) : [])].map((item) => ({ ...item, isOld: false })),
      ]).sort((a, b) => rank[a.severity] - rank[b.severity] || compareText(a.pipeline, b.pipeline) || compareText(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0))
      return {
        head: range.head,
        base: range.base,
        commits: range.commits,
        serverBranch,
        reachesServer: reachesServer(range, serverBranch),
        items: items.slice(0, mostItems),
        omitted: Math.max(0, items.length - mostItems),
        red: items.filter(({ severity }) => severity === 'red').length,
        amber: items.filter(({ severity }) => severity === 'amber').length,
        pipelines: compared.pipelines,
        schedules: scheduleChanges(now.pipelines, before.pipelines, deps.nowMs()),
        outgoingBytes: blobs.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0),
        checkedAtMs: deps.nowMs(),
      }
    },
  }
}

function reachesServer({ targetBranch }: Range, serverBranch: string): boolean {
  return targetBranch === null || targetBranch === serverBranch
}

function branchItems(range: Range, serverBranch: string): PipelineItem[] {
  if (reachesServer(range, serverBranch)) return []
  const message = `The server takes ${serverBranch}, and this goes to ${range.targetBranch ?? ''}: nothing changes there until it is merged into ${serverBranch}. The branch is a setting.`
  return [{ severity: 'info', kind: 'branch', pipeline: null, path: null, file: null, line: null, message }]
}

/** People push and wonder why the server does not do what they see. */
function uncommittedItems({ repository }: GitState): PipelineItem[] {
  const files = repository?.files.filter(({ pipeline }) => pipeline !== null) ?? []
  if (files.length === 0) return []
  const names = [...new Set(files.flatMap(({ pipeline }) => pipeline ?? []))]
  const message = `${files.length === 1 ? 'A changed file' : `${files.length} changed files`} of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''} ${files.length === 1 ? 'is' : 'are'} not committed, so the server does not get ${files.length === 1 ? 'it' : 'them'}. Commit what belongs to this push.`
  return [{ severity: 'info', kind: 'uncommitted', pipeline: null, path: null, file: null, line: null, message }]
}

function placed(item: Pick<PipelineItem, 'severity' | 'kind' | 'path' | 'line' | 'message'>, pipelines: readonly TreePipeline[]): PipelineItem {
  const owner = pipelines.find(({ folder }) => item.path?.startsWith(`${folder}/`))
  return { ...item, pipeline: owner?.name ?? null, file: owner === undefined ? null : (item.path?.slice(owner.folder.length + 1) ?? null) }
}

function compareText(a: string | null, b: string | null): number {
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1
}

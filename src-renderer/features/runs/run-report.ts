/** A run in plain text, for a ticket or a colleague: what ran on what, how it ended, and the end of its log. English, as logs are. Pure. */
import type { Run } from '@shared/contract/runs'

const reportedLines = 50
/** Colours and whatever else a terminal would take as a command. */
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g

/** Values of variables are not on record, so none can slip in; secrets in the log are masked already. */
export function reportText(run: Run, endOfLog: string): string {
  const commit = run.gitCommit === null ? null : `${run.gitCommit.slice(0, 12)}${run.gitBranch === null ? '' : ` (${run.gitBranch})`}${run.gitDirty === true ? ', with uncommitted changes' : ''}`
  const facts: [string, string | number | null][] = [
    ['Pipeline', run.runConfigId === null ? run.pipeline : `${run.pipeline} (${run.runConfigId})`],
    ['Outcome', run.setupFault === null ? run.outcome : `${run.outcome ?? ''} (${run.setupFault})`],
    ['Exit code', run.exitCode],
    ['Reason', run.reason],
    ['Begun', run.begunAtMs === null ? null : new Date(run.begunAtMs).toISOString()],
    ['Ended', run.finishedAtMs === null ? null : new Date(run.finishedAtMs).toISOString()],
    ['Attempt', run.retryAttempts === 0 ? null : `${run.attempt + 1} of ${run.retryAttempts + 1}`],
    ['Runner', run.runner === 'docker' ? 'container' : 'this computer, not isolated'],
    ['Python', run.pythonVersionUsed ?? run.pythonVersion],
    ['uv', run.uvVersion],
    ['Image', run.image === null ? null : `${run.image}${run.imageDigest === null ? '' : ` (${run.imageDigest})`}`],
    ['Memory limit in bytes', run.memoryLimitBytes],
    ['Most memory in bytes', run.peakMemoryBytes],
    ['CPU limit', run.cpuLimit],
    ['Timeout in seconds', run.timeoutSeconds],
    ['Variables', run.envNames.length === 0 ? null : run.envNames.join(', ')],
    ['Commit', commit],
    ['Command', run.commandLine],
  ]
  const lines = endOfLog.replaceAll(escapes, '').trimEnd().split('\n').slice(-reportedLines)
  return [
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])),
    ...run.notices.map(({ message }) => `Notice: ${message}`),
    '',
    `Last ${lines.length} lines of the log:`,
    ...lines,
    '',
  ].join('\n')
}

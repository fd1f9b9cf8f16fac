import { expect, test } from 'vitest'
import { testRun } from '../../testing/test-run'
import { reportText } from './run-report'

test('a report says what ran on what and how it ended, with the end of the log as plain text', () => {
  const run = testRun({ phase: 'finished', outcome: 'setup-failed', setupFault: 'network', exitCode: 2, reason: 'No network.', runConfigId: 'nightly', attempt: 1, retryAttempts: 2, envNames: ['TOKEN'], gitCommit: 'a'.repeat(40), gitBranch: 'main', gitDirty: true, notices: [{ severity: 'warning', message: 'Mind the gap.' }] })
  const report = reportText(run, `first\n${Array.from({ length: 60 }, (_, number) => `\u001b[31mline ${number}\u001b[0m`).join('\n')}\n\u001b]0;title\u0007end\n`)
  expect(report).toContain('Pipeline: hello (nightly)\nOutcome: setup-failed (network)\nExit code: 2\nReason: No network.')
  expect(report).toContain('Attempt: 2 of 3')
  expect(report).toContain('Commit: aaaaaaaaaaaa (main), with uncommitted changes')
  expect(report).toContain('Notice: Mind the gap.')
  expect(report).toMatch(/Last 50 lines of the log:\nline 11\n[\s\S]*line 59\nend\n$/)
  expect(report).not.toContain('\u001b')
})

test('what is not known is left out', () => {
  expect(reportText(testRun(), '')).not.toMatch(/null|undefined|Attempt|Commit/)
})

/** The state of a run as icon and words. The icon's shape differs for each, so that colour is never the only sign. */
import { CircleCheck, CircleDashed, CirclePause, CircleSlash, CircleX, Hourglass, LoaderCircle, MemoryStick, PackageX, ServerCrash, Skull, TimerOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TFunction } from 'i18next'
import type { Run, RunOutcome } from '@shared/contract/runs'

type Tone = 'ok' | 'warn' | 'danger' | 'info' | 'quiet'

export function outcomeTone(outcome: RunOutcome): Tone {
  switch (outcome) {
    case 'succeeded':
      return 'ok'
    case 'stopped':
      return 'quiet'
    case 'interrupted':
      return 'warn'
    case 'failed':
    case 'timed-out':
    case 'setup-failed':
    case 'out-of-memory':
    case 'killed':
    case 'engine-error':
      return 'danger'
  }
}

/** "Succeeded", "Failed (exit 1)", "Running" … */
export function runStatusText(run: Run, t: TFunction): string {
  if (run.outcome === null) return t(`run.phase.${run.phase}`)
  if (run.outcome === 'setup-failed' && run.setupFault !== null && run.setupFault !== 'unknown') return t('run.withFault', { words: t('run.outcome.setup-failed'), fault: t(`run.fault.${run.setupFault}`) })
  const words = t(`run.outcome.${run.outcome}`)
  return run.outcome === 'failed' && run.exitCode !== null ? t('run.withExitCode', { words, exitCode: run.exitCode }) : words
}

function OutcomeIcon({ outcome, size }: { outcome: RunOutcome; size: number }): ReactNode {
  const props = { size, className: `tone-${outcomeTone(outcome)}`, 'aria-hidden': true }
  switch (outcome) {
    case 'succeeded':
      return <CircleCheck {...props} />
    case 'failed':
      return <CircleX {...props} />
    case 'stopped':
      return <CircleSlash {...props} />
    case 'timed-out':
      return <TimerOff {...props} />
    case 'setup-failed':
      return <PackageX {...props} />
    case 'out-of-memory':
      return <MemoryStick {...props} />
    case 'killed':
      return <Skull {...props} />
    case 'engine-error':
      return <ServerCrash {...props} />
    case 'interrupted':
      return <CirclePause {...props} />
  }
}

export function RunStatusIcon({ run, size = 14 }: { run: Run | null; size?: number }): ReactNode {
  if (run === null) return <CircleDashed size={size} className="tone-quiet" aria-hidden />
  if (run.phase === 'waiting' || run.phase === 'queued') return <Hourglass size={size} className="tone-info" aria-hidden />
  if (run.outcome === null) return <LoaderCircle size={size} className="tone-info spin" aria-hidden />
  return <OutcomeIcon outcome={run.outcome} size={size} />
}

/** A progress bar; without a total it only shows that something is going on. */
import type { ReactNode } from 'react'

export function Meter({ label, value, total }: { label: string; value: number; total: number }): ReactNode {
  const known = total > 0
  const percent = known ? Math.min(100, Math.round((value / total) * 100)) : undefined
  return (
    <div className={`meter ${known ? '' : 'unknown'}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div style={known ? { width: `${percent}%` } : undefined} />
    </div>
  )
}

/** What is said about a cron expression, in the words of schedule.ts. */
import type { Problem } from './contract/pipelines'

export function lintCronExpression(expression: string): { severity: Problem['severity']; message: string }[] {
  if (expression.split(/\s+/).length === 5) return []
  return [{ severity: 'error', message: 'A cron expression has 5 parts: minute hour day month weekday.' }]
}

/** The body of a webhook call as the server reads it (FASTFLOW.md §3.1, §3.16), pure. */
import { z } from 'zod'

export type WebhookBody = { ok: true; env: Record<string, string>; parameters: Record<string, string>; runConfigId: string | null } | { ok: false; message: string }

const maxEntries = 50
const maxValueCharacters = 16_384

const variables = z
  .record(z.string(), z.string().max(maxValueCharacters, `must have at most ${maxValueCharacters} characters`))
  .refine((entries) => Object.keys(entries).length <= maxEntries, `must have at most ${maxEntries} entries`)
  .nullish()

const body = z.object({ env_vars: variables, parameters: variables, run_config_id: z.string().max(256).nullish() })

/** Empty text is a call without a body. Values that are no texts are refused, as on the server. */
export function readWebhookBody(text: string): WebhookBody {
  if (text.trim() === '') return { ok: true, env: {}, parameters: {}, runConfigId: null }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { ok: false, message: `The body is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  const parsed = body.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return { ok: false, message: `The body's ${issue?.path.join('.') || 'content'} is not usable: ${issue?.message ?? 'unknown'}. The server would answer 422.` }
  }
  const { env_vars: env, parameters, run_config_id: runConfigId } = parsed.data
  return { ok: true, env: env ?? {}, parameters: parameters ?? {}, runConfigId: runConfigId?.trim() || null }
}

import { z } from 'zod'
import { errorCodes } from '../app-error'

/** An error as part of an entity: what went wrong in long work is told with the work. */
export const wireError = z.object({ code: z.enum(errorCodes), message: z.string(), details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) })

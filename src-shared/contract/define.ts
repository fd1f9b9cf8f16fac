/**
 * The two kinds of things the contract is made of, and the types both sides derive from the contract value.
 * A request is one input object and one plain result. An event carries a whole changed entity; it announces, never commands.
 */
import { z } from 'zod'

export type Request<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = { kind: 'request'; input: I; output: O }
export type Event<P extends z.ZodType = z.ZodType> = { kind: 'event'; payload: P }

/** Unknown keys in the input are refused: the renderer is not trusted. */
export function request<I extends z.ZodRawShape, O extends z.ZodType>(input: I, output: O): Request<z.ZodObject<I, z.core.$strict>, O> {
  return { kind: 'request', input: z.strictObject(input), output }
}

export function event<P extends z.ZodType>(payload: P): Event<P> {
  return { kind: 'event', payload }
}

/** Milliseconds since 1970, UTC. */
export const atMs = z.number().int().nonnegative()
export const bytes = z.number().int().nonnegative()
/** Rises with every change of an entity; a reader keeps the higher one. */
export const rev = z.number().int().nonnegative()

type Nouns = Record<string, Record<string, Request | Event>>

/** `workspace.open` and the like: the names of all requests of a contract. */
export type RequestName<C extends Nouns> = {
  [N in keyof C & string]: { [M in keyof C[N] & string]: C[N][M] extends Request ? `${N}.${M}` : never }[keyof C[N] & string]
}[keyof C & string]

export type EventName<C extends Nouns> = {
  [N in keyof C & string]: { [M in keyof C[N] & string]: C[N][M] extends Event ? `${N}.${M}` : never }[keyof C[N] & string]
}[keyof C & string]

type Entry<C extends Nouns, K extends string> = K extends `${infer N}.${infer M}` ? (N extends keyof C ? (M extends keyof C[N] ? C[N][M] : never) : never) : never

/** What a caller hands over (before defaults are filled in). */
export type InputOf<C extends Nouns, K extends RequestName<C>> = Entry<C, K> extends Request<infer I, infer _O> ? z.input<I> : never
/** What a handler receives (defaults filled in). */
export type ParsedInputOf<C extends Nouns, K extends RequestName<C>> = Entry<C, K> extends Request<infer I, infer _O> ? z.output<I> : never
export type OutputOf<C extends Nouns, K extends RequestName<C>> = Entry<C, K> extends Request<infer _I, infer O> ? z.output<O> : never
export type PayloadOf<C extends Nouns, K extends EventName<C>> = Entry<C, K> extends Event<infer P> ? z.output<P> : never

/** The handler table of the main process: one function per request, none missing. */
export type Handlers<C extends Nouns> = { [K in RequestName<C>]: (input: ParsedInputOf<C, K>) => Promise<OutputOf<C, K>> | OutputOf<C, K> }

/** The entry of a contract by its dotted name, or undefined; never reaches into prototypes. */
export function lookUp(contract: Nouns, name: string): Request | Event | undefined {
  const dot = name.indexOf('.')
  const noun = name.slice(0, dot)
  const method = name.slice(dot + 1)
  if (dot < 0 || !Object.hasOwn(contract, noun)) return undefined
  const methods = contract[noun]
  return methods !== undefined && Object.hasOwn(methods, method) ? methods[method] : undefined
}

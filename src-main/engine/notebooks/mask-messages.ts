/**
 * Takes the values of secrets out of what a notebook run tells, before it is kept: text of a stream as one, however it was cut
 * into messages, everything else message by message. Images stay as they are: what they show cannot be searched.
 */
import { StringDecoder } from 'node:string_decoder'
import { createMasker, maskText } from '../secrets/masker'
import type { MimeBundle, NotebookMessage } from './notebook-message'

type Stream = Extract<NotebookMessage, { type: 'stream' }>

/** Messages come out in order; text that may be the beginning of a value waits for the next message of another kind. */
export function createMessageMasker(values: readonly string[], onMessage: (message: NotebookMessage) => void): { push(message: NotebookMessage): void; end(): void } {
  if (values.length === 0) return { push: onMessage, end: () => undefined }
  let open: { message: Stream; masker: ReturnType<typeof createMasker> } | null = null

  const close = (): void => {
    open?.masker.end()
    open = null
  }
  const openFor = (message: Stream): NonNullable<typeof open> => {
    if (open && open.message.cell === message.cell && open.message.name === message.name) return open
    close()
    const decoder = new StringDecoder('utf8')
    const masker = createMasker(values, (chunk) => {
      const text = decoder.write(chunk)
      if (text !== '') onMessage({ ...message, text })
    })
    return (open = { message, masker })
  }

  return {
    push(message) {
      if (message.type === 'stream') return openFor(message).masker.push(Buffer.from(message.text))
      close()
      onMessage(masked(message, (text) => maskText(values, text)))
    },
    end: close,
  }
}

function masked(message: Exclude<NotebookMessage, { type: 'stream' }>, mask: (text: string) => string): NotebookMessage {
  switch (message.type) {
    case 'display':
    case 'result':
    case 'update':
      return { ...message, data: maskedBundle(message.data, mask) }
    case 'error':
      return { ...message, value: mask(message.value), traceback: mask(message.traceback.join('\n')).split('\n') }
    case 'end':
      return { ...message, error: message.error === null ? null : mask(message.error) }
    case 'note':
    case 'raw':
      return { ...message, text: mask(message.text) }
    case 'ready':
    case 'start':
    case 'clear':
    case 'kernel-died':
    case 'interrupted':
      return message
  }
}

function maskedBundle(data: MimeBundle, mask: (text: string) => string): MimeBundle {
  return Object.fromEntries(
    Object.entries(data).map(([type, content]) => {
      if (type.startsWith('image/') && type !== 'image/svg+xml') return [type, content]
      return [type, typeof content === 'string' ? mask(content) : (JSON.parse(mask(JSON.stringify(content))) as unknown)]
    }),
  )
}

/** `ffdesk secrets` and `ffdesk encrypt`. Values come by standard input: what is on a command line is seen by every user of the computer. */
import type { Api } from '../api'
import type { Invocation } from './invocation'
import { formatTable, printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input<C extends Invocation['command']> = { api: Api; output: Output; invocation: Extract<Invocation, { command: C }>; readValue: (prompt: string) => Promise<string> }

export async function secretsCommand({ api, output, invocation, readValue }: Input<'secrets'>): Promise<number> {
  switch (invocation.action) {
    case 'list': {
      const state = await api('secrets.list', {})
      if (invocation.json) {
        await output.json(state)
        return exitCodes.ok
      }
      const rows = state.secrets.map(({ name, updatedAtMs, usedBy }) => [name, new Date(updatedAtMs).toLocaleString(), usedBy.map(printable).join(', ')])
      for (const line of formatTable(rows)) await output.line(line.trimEnd())
      for (const { name, usedBy } of state.missing) output.say(`missing: ${printable(name)}, allowed by ${usedBy.map(printable).join(', ')}`)
      if (state.problem !== null) output.say(state.problem)
      return exitCodes.ok
    }
    case 'set':
      await api('secrets.set', { name: invocation.name, value: await readValue(`Value of ${invocation.name}: `) })
      output.say(`${invocation.name} is kept for this workspace.`)
      return exitCodes.ok
    case 'rm':
      await api('secrets.remove', { name: invocation.name })
      output.say(`${invocation.name} is removed.`)
      return exitCodes.ok
    case 'key': {
      const { hasEncryptionKey } = await api('secrets.setEncryptionKey', { key: await readValue('ENCRYPTION_KEY of the server (empty removes it): ') })
      output.say(hasEncryptionKey ? 'The key is kept for this workspace.' : 'There is no key for this workspace now.')
      return exitCodes.ok
    }
  }
}

export async function encryptCommand({ api, output, readValue }: Input<'encrypt'>): Promise<number> {
  const { token } = await api('secrets.encrypt', { value: await readValue('Value to encrypt: ') })
  await output.line(token)
  return exitCodes.ok
}

/** All of standard input without the newline at its end; at a terminal one line, which is not shown. */
export async function readSecretValue(prompt: string): Promise<string> {
  const { stdin, stderr } = process
  if (stdin.isTTY) stderr.write(prompt)
  const text = stdin.isTTY ? await readHidden() : await readAll()
  return text.replace(/\r?\n$/, '')
}

export async function readAll(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer))
  return Buffer.concat(chunks).toString('utf8')
}

function readHidden(): Promise<string> {
  const { stdin, stderr } = process
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (work: () => void): void => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.off('data', onData)
      stderr.write('\n')
      work()
    }
    const onData = (chunk: Buffer): void => {
      for (const character of chunk.toString('utf8')) {
        if (character === '\r' || character === '\n') return end(() => resolve(text))
        if (character === '\u0003') return end(() => reject(new Error('Interrupted.')))
        text = character === '\u007f' || character === '\b' ? [...text].slice(0, -1).join('') : text + character
      }
    }
    stdin.setRawMode(true)
    stdin.resume()
    stdin.on('data', onData)
  })
}

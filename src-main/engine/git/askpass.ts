/**
 * How questions of git and ssh reach the app: both start a program that is told the question and prints the answer. Ours is a few
 * lines of sh in a folder of its own for one operation. Question and answer go through pipes in it, so that an answer is in no file,
 * no variable of a process and no argument list. On Windows there are no such pipes: there, credential helpers and agents answer.
 */
import { execFile } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasErrorCode } from '../platform/error-code'

export type Askpass = {
  /** For git's environment. */
  env: Record<string, string>
  close(): Promise<void>
}

/** `$$` makes the way back; what is read never becomes a variable of a child. */
const program = `#!/bin/sh
d=\${0%/*}
a=$d/answer.$$
umask 077
mkfifo "$a" || exit 1
trap 'rm -f "$a"' EXIT
printf '%s\\n%s\\n%s\\000' "$$" "\${SSH_ASKPASS_PROMPT-}" "$1" >"$d/ask" || exit 1
IFS= read -r line <"$a" || exit 1
case $line in
  y*) printf '%s\\n' "\${line#y}" ;;
  *) exit 1 ;;
esac
`

/** Who asked is reading within an instant, or is gone. */
const readerMs = 5000
const mostQuestion = 20_000

/** `onQuestion` answers with null to refuse. `notice`: nothing is asked, only told. */
export async function openAskpass({ runDir, onQuestion, onNotice }: { runDir: string; onQuestion: (text: string) => Promise<string | null>; onNotice: (text: string) => void }): Promise<Askpass> {
  if (process.platform === 'win32') return { env: {}, close: async () => undefined }
  const folder = await mkdtemp(join(runDir, 'git-'))
  try {
    await chmod(folder, 0o700)
    const ask = join(folder, 'ask')
    const file = join(folder, 'askpass')
    await promisify(execFile)('mkfifo', ['-m', '600', ask])
    await writeFile(file, program, { mode: 0o700 })
    // Open for both ends: it neither waits for the first question nor ends with it.
    const socket = new Socket({ fd: openSync(ask, constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false })
    let isOpen = true
    let pending = Buffer.alloc(0)

    const reply = async (id: string, answer: string | null): Promise<void> => {
      const until = Date.now() + readerMs
      while (isOpen && Date.now() < until) {
        try {
          const back = openSync(join(folder, `answer.${id}`), constants.O_WRONLY | constants.O_NONBLOCK)
          try {
            writeSync(back, answer === null ? 'n\n' : `y${answer}\n`)
          } finally {
            closeSync(back)
          }
          return
        } catch (error) {
          // ENXIO: it is not reading yet. Anything else: it was ended.
          if (!hasErrorCode(error, 'ENXIO')) return
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      }
    }
    const take = async (message: string): Promise<void> => {
      const [, id = '', kind = '', text = ''] = /^(\d+)\n([^\n]*)\n(.*)$/s.exec(message) ?? []
      if (id === '') return
      if (kind === 'none') {
        onNotice(text)
        return reply(id, '')
      }
      const answer = await onQuestion(text).catch(() => null)
      await reply(id, answer === null || /[\r\n\0]/.test(answer) ? null : answer)
    }
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      for (let end = pending.indexOf(0); end >= 0; end = pending.indexOf(0)) {
        const message = pending.subarray(0, end).toString('utf8')
        pending = pending.subarray(end + 1)
        void take(message)
      }
      if (pending.length > mostQuestion) pending = Buffer.alloc(0)
    })
    socket.on('error', () => undefined)
    return {
      // Without a display an older ssh would not ask by a program.
      env: { GIT_ASKPASS: file, SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force', ...(process.env.DISPLAY ? {} : { DISPLAY: ':0' }) },
      async close() {
        isOpen = false
        socket.destroy()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

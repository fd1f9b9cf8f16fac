/**
 * A connection to an engine on another computer as Docker's own tools make it: `ssh` runs `docker system dial-stdio` there, and
 * its input and output are the connection. The user's ssh decides about keys, hosts and jumps; it is never let ask anything.
 */
import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { SshTarget } from './endpoint-address'

const connectTimeoutSeconds = 10
/** Routers forget a connection on which nothing happens; a silent run can be one. */
const aliveIntervalSeconds = 30
/** What ssh says about its end comes just after it. */
const lastWordsMs = 100
/** How long the other side may take to end its answer after we said that nothing more comes. */
const lingerMs = 2_000

export function sshArguments({ host, port, user, socketPath }: SshTarget): string[] {
  const options = ['BatchMode=yes', `ConnectTimeout=${connectTimeoutSeconds}`, `ServerAliveInterval=${aliveIntervalSeconds}`, 'ServerAliveCountMax=4']
  return [
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    ...(port === null ? [] : ['-p', String(port)]),
    ...(user === null ? [] : ['-l', user]),
    '--',
    host,
    'docker',
    ...(socketPath === null ? [] : ['--host', `unix://${socketPath}`]),
    'system',
    'dial-stdio',
  ]
}

/** Ends with an ERR_SSH error that says why, when ssh ends before the engine said anything. */
export function connectOverSsh(target: SshTarget): Duplex {
  const child = spawn('ssh', sshArguments(target), { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  let hasAnswered = false
  let words = ''
  let linger: NodeJS.Timeout | undefined
  const connection = new Duplex({
    read: () => void child.stdout.resume(),
    write: (chunk: Buffer, _encoding, done) => void child.stdin.write(chunk, done),
    final(done) {
      linger = setTimeout(() => connection.destroy(), lingerMs)
      child.stdin.end(() => done())
    },
    destroy(error, done) {
      clearTimeout(linger)
      child.kill()
      done(error)
    },
  })
  child.stdout.on('data', (chunk: Buffer) => {
    hasAnswered = true
    if (!connection.push(chunk)) child.stdout.pause()
  })
  child.stdout.on('end', () => hasAnswered && connection.push(null))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2_000)))
  // The end of ssh says more than a pipe that broke because of it.
  child.stdin.on('error', () => undefined)
  child.on('error', (error: NodeJS.ErrnoException) => connection.destroy(sshError(target, error.code === 'ENOENT' ? 'ssh: command not found' : error.message)))
  // Not `close`: a shared master connection that ssh leaves behind can keep its output open for ever.
  child.on('exit', () => {
    if (!hasAnswered) setTimeout(() => connection.destroy(sshError(target, words)), lastWordsMs)
  })
  return connection
}

/** One sentence of what ssh said, and the next step. */
export function sshError({ host, user }: SshTarget, words: string): NodeJS.ErrnoException {
  const destination = user === null ? host : `${user}@${host}`
  const said = words.trim().split(/\r?\n/).filter((line) => line.trim() !== '' && !/^(warning|debug\d?):/i.test(line)).slice(-2).join(' ')
  const message = `ssh to ${destination}: ${said === '' ? 'the connection ended without a word' : said.replace(/[.\s]+$/, '')}. ${sshNextStep(words, destination)}`
  return Object.assign(new Error(message), { code: 'ERR_SSH' })
}

function sshNextStep(words: string, destination: string): string {
  if (/^ssh: command not found/.test(words)) return 'Install the OpenSSH client, or put ssh on the PATH.'
  if (/permission denied/i.test(words)) return `ssh is never let ask for a password: load a key (ssh-add) and try it in a terminal: ssh ${destination} docker version`
  if (/host key verification failed|remote host identification/i.test(words)) return `Connect once in a terminal and check the key of that computer: ssh ${destination}`
  if (/could not resolve|name or service not known|connection (refused|timed out)|no route/i.test(words)) return 'Check the address, and that the computer is on and reachable.'
  if (/docker: (command )?not found|command not found|not recognized/i.test(words)) return 'Install Docker on that computer, for the user who logs in.'
  if (/dial-stdio/.test(words)) return 'Update Docker on that computer: dial-stdio came with 18.09.'
  return `Try it in a terminal: ssh ${destination} docker version`
}

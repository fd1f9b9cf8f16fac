/** A real sshd on loopback that takes one key, and keys for its users. Where no sshd is installed there is none. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'

const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/sbin/sshd'].find((file) => existsSync(file)) ?? null
export const hasSshServer = sshd !== null

export type SshServer = {
  /** `ssh://user@127.0.0.1:port`, to be followed by the absolute path of a repository. */
  origin: string
  port: number
  knownHosts: string
  /** What makes ssh use this key alone, and keep what it knows in this folder. */
  command(options?: { key?: string | null; agent?: boolean }): string
  /** Another host key, as after a reinstallation or with somebody in between. */
  changeHostKey(): Promise<void>
  fingerprint(): string
  close(): Promise<void>
}

export function makeKey(file: string, passphrase = ''): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file])
  return file
}

export async function startSshServer(folder: string, publicKeys: string[]): Promise<SshServer> {
  if (sshd === null) throw new Error('no sshd')
  // As root, sshd insists on it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const port = await freePort()
  const authorized = join(folder, 'authorized_keys')
  const config = join(folder, 'sshd_config')
  const knownHosts = join(folder, 'known hosts')
  let hostKey = makeKey(join(folder, 'host-key-1'))
  writeFileSync(authorized, publicKeys.map((file) => readFileSync(`${file}.pub`, 'utf8')).join(''), { mode: 0o600 })
  const start = async (): Promise<() => Promise<void>> => {
    writeFileSync(config, `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${hostKey}\nAuthorizedKeysFile ${authorized}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none\nAcceptEnv GIT_PROTOCOL\n`)
    const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: 'ignore' })
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    await listening(port)
    return async () => {
      child.kill('SIGTERM')
      await ended
    }
  }
  let stop = await start()
  return {
    origin: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    port,
    knownHosts,
    command: ({ key = null, agent = false } = {}) => ['ssh', '-F', '/dev/null', '-o', `'UserKnownHostsFile="${knownHosts}"'`, '-o', 'GlobalKnownHostsFile=/dev/null', ...(agent ? [] : ['-o', 'IdentityAgent=none']), ...(key === null ? [] : ['-i', key, '-o', 'IdentitiesOnly=yes'])].join(' '),
    async changeHostKey() {
      await stop()
      hostKey = makeKey(join(folder, 'host-key-2'))
      stop = await start()
    },
    fingerprint: () => execFileSync('ssh-keygen', ['-l', '-f', `${hostKey}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '',
    close: () => stop(),
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isUp) return
    if (tries > 200) throw new Error('sshd does not listen')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

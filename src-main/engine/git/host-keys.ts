/** Keys of servers that ssh knows: which one it had of a server whose key is another now, and forgetting that one. ssh's own file stays the record. */
import { AppError } from '@shared/app-error'
import { runTool } from '../platform/process'

export type HostKeys = {
  /** What ssh refused, with the fingerprint that it knew. */
  withOldKey(error: AppError): Promise<AppError>
  /** Only of a host that was refused before. Throws git/host-key-unknown. */
  forget(host: string): Promise<void>
}

const lookMs = 5000

export function createHostKeys(environment: () => NodeJS.ProcessEnv): HostKeys {
  /** By host, as ssh wrote it: the file that knows it. */
  const refused = new Map<string, string>()
  return {
    async withOldKey(error) {
      const { host, knownHostsLine } = error.details
      const file = typeof knownHostsLine === 'string' ? knownHostsLine.replace(/:\d+$/, '') : null
      if (typeof host !== 'string' || file === null) return error
      refused.set(host, file)
      const { stdout } = await runTool('ssh-keygen', ['-l', '-F', host, '-f', file], { env: environment(), timeoutMs: lookMs })
      const old = stdout.split('\n').flatMap((line) => /^\S+ (\S+) (SHA256:\S+)/.exec(line)?.slice(1) ?? [])
      const [keyType = null, oldFingerprint = null] = old
      return new AppError(error.code, error.message, { ...error.details, oldFingerprint, oldKeyType: keyType })
    },
    async forget(host) {
      const file = refused.get(host)
      if (file === undefined) throw new AppError('git/host-key-unknown', `No other key of ${host} was refused. Try again first.`, { host })
      const { exitCode, stderr } = await runTool('ssh-keygen', ['-R', host, '-f', file], { env: environment(), timeoutMs: lookMs })
      if (exitCode !== 0) throw new AppError('git/failed', `The old key could not be removed from ${file}: ${stderr.trim()}`, { file })
      refused.delete(host)
    },
  }
}

/** Where the engines of each platform listen when nobody has said anything: what is tried in the end, in this order. */
import { posix } from 'node:path'

export type UsualPlace = { endpoint: string; source: string }

export type PlaceSearch = {
  platform: NodeJS.Platform
  homeDir: string
  /** null on Windows. */
  userId: number | null
  env: Record<string, string | undefined>
}

export function usualPlaces({ platform, homeDir, userId, env }: PlaceSearch): UsualPlace[] {
  if (platform === 'win32') {
    return [
      // Rancher Desktop listens there as well.
      { endpoint: 'npipe:////./pipe/docker_engine', source: 'Docker' },
      { endpoint: 'npipe:////./pipe/dockerDesktopLinuxEngine', source: 'Docker Desktop' },
      { endpoint: 'npipe:////./pipe/podman-machine-default', source: 'Podman machine' },
    ]
  }
  const at = (source: string, ...parts: string[]): UsualPlace => ({ endpoint: `unix://${posix.join(...parts)}`, source })
  const runtimeDir = env['XDG_RUNTIME_DIR'] || (platform === 'linux' && userId !== null ? `/run/user/${userId}` : '')
  const temporaryDir = env['TMPDIR'] || '/tmp'
  const colimaHomes = [env['COLIMA_HOME'] ?? '', posix.join(homeDir, '.colima'), posix.join(env['XDG_CONFIG_HOME'] || posix.join(homeDir, '.config'), 'colima')]
  const machineDir = posix.join(homeDir, '.local', 'share', 'containers', 'podman', 'machine')
  return [
    at('Docker', '/var/run/docker.sock'),
    at('Docker Desktop', homeDir, '.docker', 'run', 'docker.sock'),
    at('Docker Desktop', homeDir, '.docker', 'desktop', 'docker.sock'),
    ...(runtimeDir === '' ? [] : [at('rootless Docker', runtimeDir, 'docker.sock')]),
    ...colimaHomes.filter((home) => home !== '').map((home) => at('Colima', home, 'default', 'docker.sock')),
    at('Colima', homeDir, '.colima', 'docker.sock'),
    at('OrbStack', homeDir, '.orbstack', 'run', 'docker.sock'),
    at('Rancher Desktop', homeDir, '.rd', 'docker.sock'),
    ...(runtimeDir === '' ? [] : [at('rootless Podman', runtimeDir, 'podman', 'podman.sock')]),
    ...(platform === 'darwin' ? [at('Podman machine', temporaryDir, 'podman', 'podman-machine-default-api.sock')] : []),
    at('Podman machine', machineDir, 'podman.sock'),
    at('Podman machine', machineDir, 'podman-machine-default', 'podman.sock'),
    at('Podman', '/run/podman/podman.sock'),
  ]
}

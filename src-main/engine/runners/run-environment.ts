/** The environment of a run, pure: the worker's base layer (FASTFLOW.md §3.1, §3.3), then the network's, then the user's. */
import { certificateVariables, type NetworkEnvironment } from '../platform/network-environment'

export const containerCaBundle = '/run/fastflow/ca-certificates.pem'
export const containerRouteFile = '/tmp/.fastflow_route'

/** Lowest to highest: the server's base, certificates, proxies and Python sources of this network, the user's variables. */
export function containerEnvironment(network: NetworkEnvironment, isOffline: boolean, userEnv: Record<string, string>): Record<string, string> {
  return {
    UV_CACHE_DIR: '/cache/uv',
    UV_PYTHON_INSTALL_DIR: '/cache/uv_python',
    UV_LINK_MODE: 'copy',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    HOME: '/tmp',
    TMPDIR: '/tmp',
    FASTFLOW_ROUTE_FILE: containerRouteFile,
    ...offlineVariables(isOffline),
    ...network.proxyEnv,
    ...network.pythonEnv,
    ...(network.caBundleFile === null ? {} : certificateVariables(containerCaBundle)),
    ...userEnv,
  }
}

/** With it uv takes what is in its cache and asks no index, which makes a warm start two to three times as fast (LIBRARIES.md). */
function offlineVariables(isOffline: boolean): Record<string, string> {
  return isOffline ? { UV_OFFLINE: '1' } : {}
}

/**
 * What a host run takes over from the app's environment: what programs need to work at all, and where the user's packages and
 * Pythons come from. Not the rest: a virtual environment that happens to be active must not change what a pipeline sees.
 */
const inherited = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|TZ|TMPDIR|TEMP|TMP|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA|SYSTEMROOT|SYSTEMDRIVE|COMSPEC|PATHEXT|WINDIR|NUMBER_OF_PROCESSORS|LC_\w+|SSL_CERT_DIR|UV_INDEX|UV_INDEX_\w+|UV_DEFAULT_INDEX|UV_EXTRA_INDEX_URL|UV_FIND_LINKS|UV_PYTHON_INSTALL_MIRROR|UV_PYTHON_DOWNLOADS_JSON_URL)$/i

export type HostFolders = { cacheDir: string; pythonDir: string; routeFile: string }

export function hostEnvironment(appEnv: NodeJS.ProcessEnv, folders: HostFolders, network: NetworkEnvironment, isOffline: boolean, userEnv: Record<string, string>): Record<string, string> {
  const base: Record<string, string> = {}
  for (const [name, value] of Object.entries(appEnv)) if (value !== undefined && inherited.test(name)) base[name] = value
  return {
    ...base,
    UV_CACHE_DIR: folders.cacheDir,
    UV_PYTHON_INSTALL_DIR: folders.pythonDir,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // The container has no user site-packages; neither has the run here.
    PYTHONNOUSERSITE: '1',
    FASTFLOW_ROUTE_FILE: folders.routeFile,
    ...offlineVariables(isOffline),
    ...network.proxyEnv,
    ...network.pythonEnv,
    ...(network.caBundleFile === null ? {} : certificateVariables(network.caBundleFile)),
    ...userEnv,
  }
}

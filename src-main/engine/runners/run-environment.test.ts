import { describe, expect, test } from 'vitest'
import type { NetworkEnvironment } from '../platform/network-environment'
import { containerEnvironment, hostEnvironment } from './run-environment'

const plain: NetworkEnvironment = { caBundleFile: null, caSource: null, proxyEnv: {}, pythonEnv: {}, problem: null }
const special: NetworkEnvironment = { ...plain, caBundleFile: '/profile/ca.pem', proxyEnv: { HTTPS_PROXY: 'http://proxy', https_proxy: 'http://proxy' }, pythonEnv: { UV_PYTHON_INSTALL_MIRROR: 'http://mirror' } }
const folders = { cacheDir: '/cache', pythonDir: '/pythons', routeFile: '/route' }

describe('in a container', () => {
  test('certificates are named as the container sees them, and the network’s proxies pass', () => {
    const env = containerEnvironment(special, false, {})
    expect(env).toMatchObject({ SSL_CERT_FILE: '/run/fastflow/ca-certificates.pem', HTTPS_PROXY: 'http://proxy', UV_CACHE_DIR: '/cache/uv', UV_PYTHON_INSTALL_MIRROR: 'http://mirror' })
    expect(containerEnvironment(plain, false, {})).not.toHaveProperty('SSL_CERT_FILE')
  })

  test('the user’s variables beat the network’s and the server’s', () => {
    const mine = { HOME: '/mine', HTTPS_PROXY: 'mine', SSL_CERT_FILE: '/mine.pem', FASTFLOW_ROUTE_FILE: '/mine', UV_PYTHON_INSTALL_MIRROR: 'http://mine' }
    expect(containerEnvironment(special, false, mine)).toMatchObject(mine)
  })
})

describe('on this computer', () => {
  test('takes over what programs need and where packages come from', () => {
    const needed = { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C', TMPDIR: '/tmp', SystemRoot: 'C:\\Windows', UV_DEFAULT_INDEX: 'index', UV_INDEX_MINE_PASSWORD: 'p' }
    expect(hostEnvironment(needed, folders, plain, false, {})).toMatchObject(needed)
  })

  test('takes over nothing that changes what a pipeline sees', () => {
    const foreign = ['VIRTUAL_ENV', 'PYTHONPATH', 'PYTHONHOME', 'CONDA_PREFIX', 'UV_PROJECT', 'UV_OFFLINE', 'DOCKER_HOST', 'AWS_SECRET_ACCESS_KEY', 'ELECTRON_RUN_AS_NODE', 'LD_PRELOAD', 'MY_PATH', 'PATH_MINE', 'HTTP_PROXY']
    const env = hostEnvironment(Object.fromEntries(foreign.map((name) => [name, 'x'])), folders, plain, false, {})
    expect(foreign.filter((name) => name in env)).toEqual([])
  })

  test('own folders beat the app’s environment, the network beats them, the user beats all', () => {
    const env = hostEnvironment({ HOME: '/home/me', UV_CACHE_DIR: '/elsewhere' }, folders, special, false, { HOME: '/mine' })
    expect(env).toMatchObject({ HOME: '/mine', UV_CACHE_DIR: '/cache', UV_PYTHON_INSTALL_DIR: '/pythons', FASTFLOW_ROUTE_FILE: '/route', PYTHONNOUSERSITE: '1', PYTHONUNBUFFERED: '1' })
    expect(env).toMatchObject({ SSL_CERT_FILE: '/profile/ca.pem', https_proxy: 'http://proxy', UV_PYTHON_INSTALL_MIRROR: 'http://mirror' })
    expect(hostEnvironment({}, folders, special, false, { UV_CACHE_DIR: '/mine', SSL_CERT_FILE: '/mine.pem' })).toMatchObject({ UV_CACHE_DIR: '/mine', SSL_CERT_FILE: '/mine.pem' })
  })
})

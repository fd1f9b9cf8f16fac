/**
 * A small HTTP server on this computer that gives out Pythons as a mirror of python-build-standalone does: a list of downloads,
 * and an archive that is made of the worker image's own Python. Containers reach it at the gateway of their bridge.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { askEngine } from './direct-engine'

export type PythonMirror = {
  /** Of the list, for UV_PYTHON_DOWNLOADS_JSON_URL. */
  listUrl: string
  /** The exact version it has. */
  version: string
  /** Paths that were asked for, in order. */
  asked: string[]
  /** What is asked for from now on gets no answer until `release` is called. */
  hold(): void
  release(): void
  close(): Promise<void>
}

const makePython = [
  'd=/opt/mirror/python; mkdir -p $d/bin $d/lib',
  'v=$(python3 -c "import sys; print(\'%d.%d\' % sys.version_info[:2])")',
  // Debian's links lead out of the folder, which uv refuses to unpack.
  'cp -rL /usr/lib/python$v $d/lib/; rm -f $d/lib/python$v/EXTERNALLY-MANAGED; cp /usr/bin/python$v $d/bin/',
  'ln -s python$v $d/bin/python3; ln -s python$v $d/bin/python',
  'python3 -c "import platform; print(platform.python_version(), platform.machine())"',
].join('; ')

export async function startPythonMirror(endpoint: string, image: string): Promise<PythonMirror> {
  const { archive, version, machine } = await archiveOf(endpoint, image)
  const gateway = ((await askEngine(endpoint, 'GET', '/networks/bridge')).json as { IPAM: { Config: { Gateway: string }[] } }).IPAM.Config[0]?.Gateway ?? ''
  const [major, minor, patch] = version.split('.').map(Number)
  const name = `cpython-${version}-linux-${machine}-gnu`
  const asked: string[] = []
  let held: (() => void)[] | null = null
  let listUrl = ''
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    const answer = (): void => {
      if (request.url === '/list.json') {
        const entry = { name: 'cpython', arch: { family: machine, variant: null }, os: 'linux', libc: 'gnu', major, minor, patch, prerelease: '', url: listUrl.replace('list.json', `${name}.tar.gz`), sha256: null, variant: null, build: null }
        response.end(JSON.stringify({ [name]: entry }))
      } else if (request.url === `/${name}.tar.gz`) response.setHeader('Content-Length', archive.length).end(archive)
      else response.writeHead(404).end()
    }
    if (held && request.url !== '/list.json') held.push(answer)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  listUrl = `http://${gateway}:${(server.address() as AddressInfo).port}/list.json`
  const release = (): void => {
    for (const answer of held ?? []) answer()
    held = null
  }
  return {
    listUrl,
    version,
    asked,
    hold: () => (held ??= []),
    release,
    async close() {
      release()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function archiveOf(endpoint: string, image: string): Promise<{ archive: Buffer; version: string; machine: string }> {
  const { Id } = (await askEngine(endpoint, 'POST', '/containers/create', { Image: image, Cmd: ['sh', '-ec', makePython], User: '0:0', Tty: true })).json as { Id: string }
  try {
    await askEngine(endpoint, 'POST', `/containers/${Id}/start`)
    await askEngine(endpoint, 'POST', `/containers/${Id}/wait`)
    const printed = String((await askEngine(endpoint, 'GET', `/containers/${Id}/logs?stdout=1&stderr=1`)).json)
    const [, version, machine] = /^(\d+\.\d+\.\d+) (\w+)\s*$/.exec(printed) ?? []
    if (version === undefined || machine === undefined) throw new Error(`The image's Python could not be packed: ${printed}`)
    return { archive: gzipSync(await download(endpoint, `/containers/${Id}/archive?path=/opt/mirror/python`), { level: 1 }), version, machine }
  } finally {
    await askEngine(endpoint, 'DELETE', `/containers/${Id}?force=1`)
  }
}

function download(endpoint: string, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath: endpoint.replace('unix://', ''), path, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts))).on('error', reject)
    })
    request.on('error', reject)
  })
}

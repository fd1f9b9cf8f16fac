// @ts-check
/**
 * Pure: what our equivalent of the worker image is made of (FASTFLOW.md §3.3: Debian bookworm-slim with uv in the PATH, no
 * entrypoint, no working folder, no user), as the arguments of mmdebstrap and of the engine's import.
 */
import { createHash } from 'node:crypto'

export const defaultTag = 'fast-flow-worker:local'
/** The image that this one stands in for: the app's default. */
export const originalImage = 'ghcr.io/astral-sh/uv:bookworm-slim'
export const recipeLabel = 'io.fastflow.desktop.worker-recipe'

export const uvVersion = '0.13.9'
const uvWheelHashes = {
  x64: 'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19',
  arm64: '5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe',
}

const suite = 'bookworm'
// uv fetches a Python of its own where it can; python3 is what it finds where it cannot.
const packages = ['ca-certificates', 'python3']

const importChanges = [
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'ENV UV_TOOL_BIN_DIR=/usr/local/bin',
  'CMD ["/usr/local/bin/uv"]',
]

/** The requirements file from which pip takes uv: one version, only the wheels that we know. */
export function uvRequirement() {
  const hashes = Object.values(uvWheelHashes).map((hash) => `--hash=sha256:${hash}`)
  return `uv==${uvVersion} ${hashes.join(' ')}\n`
}

/**
 * Debian's lines for apt, with the mirrors that this machine is set up for; null where it has none of Debian's (mmdebstrap then
 * takes its own default).
 * @param {string} targets output of `apt-get indextargets --format '$(REPO_URI)|$(LABEL)'`
 */
export function debianSources(targets) {
  const pairs = targets.split('\n').map((line) => line.split('|'))
  const uriOf = (/** @type {string} */ label) => pairs.find((pair) => pair[1] === label)?.[0]
  const main = uriOf('Debian')
  const security = uriOf('Debian-Security')
  if (!main) return null
  const lines = [`deb ${main} ${suite} main`, `deb ${main} ${suite}-updates main`]
  if (security) lines.push(`deb ${security} ${suite}-security main`)
  return `${lines.join('\n')}\n`
}

/**
 * @param {{ uvFolder: string, targetTar: string, hasSources: boolean }} options with sources, they are read from stdin
 */
export function mmdebstrapArguments({ uvFolder, targetTar, hasSources }) {
  return [
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    '--aptopt=Apt::Install-Recommends "false"',
    ...['doc', 'man', 'info', 'locale', 'lintian'].map((topic) => `--dpkgopt=path-exclude=/usr/share/${topic}/*`),
    `--customize-hook=upload ${uvFolder}/uv /usr/local/bin/uv`,
    `--customize-hook=upload ${uvFolder}/uvx /usr/local/bin/uvx`,
    '--customize-hook=chmod 0755 "$1/usr/local/bin/uv" "$1/usr/local/bin/uvx"',
    // The mirrors of the machine that built it say nothing about the machine that uses it.
    '--customize-hook=rm -f "$1/etc/apt/sources.list" "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1/etc/resolv.conf"',
    suite,
    targetTar,
    ...(hasSources ? ['-'] : []),
  ]
}

/**
 * Changes whenever an image built now would differ from an older one.
 * @param {string} architecture node's name
 */
export function recipeHash(architecture) {
  const recipe = [architecture, uvRequirement(), importChanges, mmdebstrapArguments({ uvFolder: '', targetTar: '', hasSources: false })]
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)
}

/**
 * @param {string} tag
 * @param {string} hash
 */
export function importPath(tag, hash) {
  const colonAt = tag.lastIndexOf(':')
  const query = new URLSearchParams({ fromSrc: '-', repo: tag.slice(0, colonAt), tag: tag.slice(colonAt + 1) })
  for (const change of [...importChanges, `LABEL ${recipeLabel}=${hash}`]) query.append('changes', change)
  return `/images/create?${query.toString()}`
}

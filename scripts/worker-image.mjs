// @ts-check
/**
 * Makes sure that an engine has our equivalent of the worker image, for machines that reach no container registry:
 * `npm run worker-image [-- TAG]`. Built from Debian's packages and uv from PyPI; the result is kept in the user's cache folder, so
 * that the next engine imports it in seconds, and built anew only when the recipe changes.
 */
import { spawn } from 'node:child_process'
import { createReadStream, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from './cache-folder.mjs'
import { run, setupError } from './child.mjs'
import { answeringEngine, callEngine } from './engine-api.mjs'
import { runScript } from './script-main.mjs'
import { requirePackages } from './system-packages.mjs'
import { debianSources, defaultTag, originalImage, importPath, mmdebstrapArguments, recipeHash, recipeLabel, uvRequirement, uvVersion } from './worker-image-recipe.mjs'

/**
 * @param {{ endpoint: string, progress: import('./progress.mjs').Progress, tag?: string }} options
 * @returns {Promise<string>} the tag
 */
export async function ensureWorkerImage({ endpoint, progress, tag = defaultTag }) {
  const hash = recipeHash(process.arch)
  if ((await recipeInEngine(endpoint, tag)) === hash) return tag
  if (process.platform !== 'linux') {
    throw setupError('The worker image can be built on Linux only (with mmdebstrap). Elsewhere let the app pull it: choose "Pull image" under Tools.')
  }
  const tarball = join(cacheFolder('worker-image'), `${hash}.tar`)
  if (!existsSync(tarball)) await buildTarball(tarball, progress)
  await progress.step(`Importing the worker image as ${tag}`, () => importTarball(endpoint, tarball, importPath(tag, hash)))
  return tag
}

/**
 * For machines that cannot build it but reach a container registry.
 * @param {{ endpoint: string, progress: import('./progress.mjs').Progress, insteadOf: string }} options
 * @returns {Promise<string>} the reference
 */
export async function pullDefaultImage({ endpoint, progress, insteadOf }) {
  const [name, tag] = originalImage.split(':')
  const query = new URLSearchParams({ fromImage: name ?? '', tag: tag ?? '' })
  const answer = await progress.step(`Pulling ${originalImage}`, () =>
    callEngine(endpoint, { method: 'POST', path: `/images/create?${query.toString()}`, timeoutMs: 600_000 }),
  )
  const failure = failureIn(answer)
  if (failure) throw setupError(`There is no worker image. It cannot be built: ${insteadOf}\nIt cannot be pulled: ${failure}`)
  return originalImage
}

/**
 * @param {string} endpoint
 * @param {string} tag
 * @returns {Promise<string | undefined>}
 */
async function recipeInEngine(endpoint, tag) {
  const answer = await callEngine(endpoint, { method: 'GET', path: `/images/${tag}/json` })
  return answer.status === 200 ? JSON.parse(answer.body).Config?.Labels?.[recipeLabel] : undefined
}

/**
 * @param {string} endpoint
 * @param {string} tarball
 * @param {string} path
 */
async function importTarball(endpoint, tarball, path) {
  const answer = await callEngine(endpoint, { method: 'POST', path, body: createReadStream(tarball), timeoutMs: 300_000 })
  const failure = failureIn(answer)
  if (failure) throw setupError(`The engine did not take the worker image: ${failure}`)
}

/**
 * The engine answers 200 at once and tells of a failure in the stream.
 * @param {import('./engine-api.mjs').EngineAnswer} answer
 */
function failureIn({ status, body }) {
  if (status !== 200) return body
  return /"error":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? null
}

/**
 * @param {string} tarball
 * @param {import('./progress.mjs').Progress} progress
 */
async function buildTarball(tarball, progress) {
  await requirePackages(['mmdebstrap', 'python3', 'python3-pip', 'ca-certificates'], { why: 'to build the worker image', progress })
  const folder = mkdtempSync(join(tmpdir(), 'ffd-worker-image-'))
  try {
    await progress.step(`Fetching uv ${uvVersion}`, () => fetchUv(folder))
    await progress.step("Building the worker image from Debian's packages", (report) => bootstrap(folder, `${tarball}.${process.pid}.tar`, report))
    renameSync(`${tarball}.${process.pid}.tar`, tarball)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(`${tarball}.${process.pid}.tar`, { force: true })
  }
}

/** @param {string} folder */
async function fetchUv(folder) {
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, uvRequirement())
  await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes', '--dest', folder, '-r', requirements])
  const unpack = [
    'import glob, sys, zipfile',
    'archive = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])',
    'for name in archive.namelist():',
    '  if name.endswith(("/scripts/uv", "/scripts/uvx")): open(sys.argv[1] + "/" + name.rsplit("/", 1)[1], "wb").write(archive.read(name))',
  ]
  await run('python3', ['-c', unpack.join('\n'), folder])
}

/**
 * @param {string} uvFolder
 * @param {string} targetTar
 * @param {(detail: string) => void} report
 */
async function bootstrap(uvFolder, targetTar, report) {
  const sources = debianSources(await run('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(LABEL)']))
  const args = mmdebstrapArguments({ uvFolder, targetTar, hasSources: sources !== null })
  await new Promise((resolve, reject) => {
    const child = spawn('mmdebstrap', args, { stdio: ['pipe', 'ignore', 'pipe'] })
    let output = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-4000)
      const step = /I: ([^\n]*)\n?$/.exec(text)?.[1]
      if (step) report(step.slice(0, 60))
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(null) : reject(setupError(`mmdebstrap failed (exit code ${code}):\n${output}`))))
    child.stdin.end(sources ?? '')
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async (progress) => {
    const { endpoint } = await answeringEngine()
    const tag = await ensureWorkerImage({ endpoint, progress, ...(process.argv[2] ? { tag: process.argv[2] } : {}) })
    progress.line(`${endpoint} has the worker image ${tag}. Choose it in the app's settings (worker image).`)
  })
}

/**
 * The user's own copy of the sample workspace. Made on first use; later only samples that a newer version of the product
 * brings are added. What the user changed or deleted stays so.
 */
import { randomBytes } from 'node:crypto'
import { access, lchown, lstat, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeFileAtomically } from '../platform/atomic-file'

/** Names of all samples that were ever delivered here, so that a deleted one does not come back. */
const deliveredFileName = '.ffdesk-samples.json'
/** The worker's user: pipelines never run as root, and this one must be able to write its folder. */
const runUserId = 1001

/** Answers when `userDir` holds the samples. A copy is visible as a whole or not at all. */
export async function provideSamples(samplesDir: string, userDir: string): Promise<void> {
  const names = (await readdir(samplesDir)).filter((name) => !isLeftOut(name))
  if (!(await exists(userDir))) {
    await placeCopy(samplesDir, userDir, names)
    return
  }
  const delivered = await readDelivered(userDir)
  const added = names.filter((name) => !delivered.includes(name))
  if (added.length === 0) return
  for (const name of added) {
    if (!(await exists(join(userDir, name)))) await placeCopy(join(samplesDir, name), join(userDir, name), null)
  }
  await writeFileAtomically(join(userDir, deliveredFileName), deliveredContent([...delivered, ...added]))
}

/** `delivered` null: no list is written, the copy is a part of a workspace. */
async function placeCopy(source: string, target: string, delivered: string[] | null): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const temporary = join(dirname(target), `.${basename(target)}-${randomBytes(6).toString('hex')}.tmp`)
  try {
    await copyTree(source, temporary)
    if (delivered) await writeFile(join(temporary, deliveredFileName), deliveredContent(delivered))
    if (process.platform === 'linux' && process.getuid?.() === 0) await giveToRunUser(temporary)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another window was faster: its copy is as good.
    if (!(await exists(target))) throw error
  }
}

/** File by file and with fresh permissions: the source can lie in a package archive or a read-only installation. */
async function copyTree(source: string, target: string): Promise<void> {
  if (!(await lstat(source)).isDirectory()) {
    await writeFile(target, await readFile(source), { mode: 0o644 })
    return
  }
  await mkdir(target, { mode: 0o755 })
  for (const name of await readdir(source)) {
    if (!isLeftOut(name)) await copyTree(join(source, name), join(target, name))
  }
}

async function giveToRunUser(path: string): Promise<void> {
  await lchown(path, runUserId, runUserId)
  if (!(await lstat(path)).isDirectory()) return
  for (const name of await readdir(path)) await giveToRunUser(join(path, name))
}

function isLeftOut(name: string): boolean {
  return name === '__pycache__' || name === '.DS_Store'
}

async function readDelivered(userDir: string): Promise<string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(join(userDir, deliveredFileName), 'utf8'))
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}

function deliveredContent(names: string[]): Buffer {
  return Buffer.from(`${JSON.stringify([...new Set(names)].sort(), null, 2)}\n`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

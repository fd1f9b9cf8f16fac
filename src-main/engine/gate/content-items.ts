/** What is in the outgoing content that should not be: secrets and large files, of every version that is sent. */
import type { GateItem } from '@shared/contract/gate'
import type { GitClient } from '../git/git-client'
import { readBlobs, type GitTree } from './git-tree'
import type { OutgoingBlob } from './outgoing'
import { scanForSecrets, type FoundSecret } from './secret-scan'

export type ContentInput = {
  client: GitClient
  blobs: readonly OutgoingBlob[]
  head: GitTree
  base: GitTree
  limits: { warnBytes: number; refuseBytes: number }
}

/** A secret in more than that is a needle in a data file; the size is said then. */
const mostScannedBytes = 5_000_000
const mostOfOneFile = 20

type ContentItem = Pick<GateItem, 'severity' | 'kind' | 'path' | 'line' | 'message'>

export async function contentItems({ client, blobs, head, base, limits }: ContentInput): Promise<ContentItem[]> {
  const items: ContentItem[] = []
  for (const { path, id, sizeBytes } of blobs) {
    if (sizeBytes < limits.warnBytes) continue
    const isRed = sizeBytes >= limits.refuseBytes
    const where = head.at(path)?.id === id ? 'Take it out of the commit' : 'A later commit takes it away again, but it is sent all the same: take it out of the history (git rebase -i)'
    items.push({ severity: isRed ? 'red' : 'amber', kind: 'size', path, line: null, message: `${megabytes(sizeBytes)}: ${isRed ? 'servers of git refuse files as large as this' : 'every clone, the server’s too, carries this file for ever'}. ${where}, and keep data elsewhere.` })
  }
  const scanned = blobs.filter(({ sizeBytes }) => sizeBytes > 0 && sizeBytes <= mostScannedBytes)
  const found = await secretsOf(client, scanned.map(({ id, sizeBytes }) => ({ id, sizeBytes })))
  const before = scanned.flatMap(({ id, path }) => (found.has(id) ? [base.at(path) ?? []] : [])).flat()
  const known = await secretsOf(client, before)
  const secrets = new Map<string, ContentItem>()
  for (const { id, path } of scanned) {
    // What the other side has in this file already does not leave this computer now.
    const old = new Set((known.get(base.at(path)?.id ?? '') ?? []).map(({ fingerprint }) => fingerprint))
    const isInHead = head.at(path)?.id === id
    for (const { line, kind, start, fingerprint } of (found.get(id) ?? []).filter((secret) => !old.has(secret.fingerprint)).slice(0, mostOfOneFile)) {
      // The same in two versions of a file is one, at its place in the newest.
      const key = `${path}\0${fingerprint}`
      if (secrets.has(key) && !isInHead) continue
      const where = isInHead ? 'Take it out, keep it in the secrets, and make the commit anew (git commit --amend)' : 'A later commit takes it away again, but it is sent all the same: take it out of the history (git rebase -i)'
      secrets.set(key, { severity: 'red', kind: 'secret', path, line: isInHead ? line : null, message: `This looks like a secret: ${kind}, beginning ${JSON.stringify(start)}. ${where}; if it was pushed before, replace it at its issuer.` })
    }
  }
  return [...items, ...secrets.values()]
}

async function secretsOf(client: GitClient, blobs: readonly { id: string; sizeBytes: number }[]): Promise<Map<string, FoundSecret[]>> {
  const result = new Map<string, FoundSecret[]>()
  await readBlobs(client, blobs, (id, content) => {
    // git's own measure of what is no text.
    if (content.subarray(0, 8000).includes(0)) return
    const secrets = scanForSecrets(content.toString('utf8'))
    if (secrets.length > 0) result.set(id, secrets)
  })
  return result
}

function megabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(1)} MB`
}

/** The remotes of a repository: where they are, where git really goes, and that no password stands in them. */
import { AppError, toWireError } from '@shared/app-error'
import type { ConfiguredRemote } from '@shared/contract/remote'
import { withoutSecrets } from './git-errors'
import type { OpenRepository } from './open-repository'
import { readRemoteUrl, type RemoteAddress } from './remote-url'
import type { SignInStore } from './sign-in-store'

export async function listRemotes(opened: OpenRepository): Promise<ConfiguredRemote[]> {
  return Promise.all((await remoteNames(opened)).map((name) => describe(opened, name)))
}

async function describe({ client }: OpenRepository, name: string): Promise<ConfiguredRemote> {
  const [written, fetchUrl, pushUrl] = await Promise.all([client.read(['config', '--get', `remote.${name}.url`], { ok: [0, 1] }), client.read(['remote', 'get-url', name], { ok: [0, 2] }), client.read(['remote', 'get-url', '--push', name], { ok: [0, 2] })])
  const shown = (url: string): string => withoutSecrets(url.trim()).replace('***@', '')
  const urls = [written, fetchUrl, pushUrl].map((url) => url.trim())
  return { name, url: shown(written), fetchUrl: shown(fetchUrl), pushUrl: shown(pushUrl), hasPassword: urls.some(holdsPassword), problem: urls.map(problemOf).find((problem) => problem !== null) ?? null }
}

/** Where the app talks to; of `name` null the one that the branch is for. Throws git/remote-missing, git/unsafe-url. */
export async function findRemote(opened: OpenRepository, name: string | null, direction: 'fetch' | 'push'): Promise<{ name: string; address: RemoteAddress }> {
  const chosen = name ?? (await defaultRemote(opened, direction))
  if (!(await remoteNames(opened)).includes(chosen)) throw new AppError('git/remote-missing', `This repository has no remote ${chosen}. Add one, or publish it.`, { remote: chosen, isConfigured: false })
  const { client } = opened
  const written = (await client.read(['config', '--get', `remote.${chosen}.url`])).trim()
  const effective = (await client.read(['remote', 'get-url', '--all', ...(direction === 'push' ? ['--push'] : []), chosen])).split('\n').filter((url) => url !== '')
  if ([written, ...effective].some(holdsPassword)) {
    throw new AppError('git/unsafe-url', `A password stands in the address of ${chosen}, where every program can read it. Move it to the sign-ins, then try again.`, { remote: chosen, hasPassword: true })
  }
  for (const url of effective) readRemoteUrl(url)
  return { name: chosen, address: readRemoteUrl(written) }
}

async function remoteNames({ client }: OpenRepository): Promise<string[]> {
  return (await client.read(['remote'])).split('\n').filter((name) => name !== '')
}

async function defaultRemote(opened: OpenRepository, direction: 'fetch' | 'push'): Promise<string> {
  const { client } = opened
  const setting = async (key: string): Promise<string> => (await client.read(['config', '--get', key], { ok: [0, 1] })).trim()
  const branch = (await client.read(['symbolic-ref', '--quiet', '--short', 'HEAD'], { ok: [0, 1] })).trim()
  const keys = [...(direction === 'push' ? [...(branch === '' ? [] : [`branch.${branch}.pushRemote`]), 'remote.pushDefault'] : []), ...(branch === '' ? [] : [`branch.${branch}.remote`])]
  for (const key of keys) {
    const value = await setting(key)
    if (value !== '' && value !== '.') return value
  }
  const names = await remoteNames(opened)
  return names.length === 1 ? (names[0] ?? 'origin') : 'origin'
}

/** A password in it goes to the sign-ins. */
export async function addRemote(opened: OpenRepository, signIns: SignInStore, name: string, text: string): Promise<void> {
  const address = readRemoteUrl(text)
  if ((await remoteNames(opened)).includes(name)) throw new AppError('git/exists', `There is a remote ${name} already.`, { remote: name })
  keepCredential(signIns, address)
  await opened.client.run(['remote', 'add', '--', name, address.url])
}

export async function setRemoteUrl(opened: OpenRepository, signIns: SignInStore, name: string, text: string): Promise<void> {
  const address = readRemoteUrl(text)
  keepCredential(signIns, address)
  await opened.client.run(['remote', 'set-url', '--', name, address.url])
}

export async function removeRemote(opened: OpenRepository, name: string): Promise<void> {
  await opened.client.run(['remote', 'remove', '--', name])
}

/** Out of the configuration, into the store. */
export async function movePassword({ client }: OpenRepository, signIns: SignInStore, name: string): Promise<void> {
  for (const key of ['url', 'pushurl']) {
    const urls = (await client.read(['config', '--local', '--get-all', `remote.${name}.${key}`], { ok: [0, 1] })).split('\n').filter((url) => url !== '')
    if (!urls.some(holdsPassword)) continue
    const clean = urls.map((url) => {
      if (!holdsPassword(url)) return url
      const address = readRemoteUrl(url)
      keepCredential(signIns, address)
      return address.url
    })
    // Not by value: that would be in an argument list. All go, then the clean ones come.
    await client.run(['config', '--local', '--unset-all', `remote.${name}.${key}`])
    for (const url of clean) await client.run(['config', '--local', '--add', `remote.${name}.${key}`, url])
  }
}

function keepCredential(signIns: SignInStore, { credential, target }: RemoteAddress): void {
  if (credential !== null) signIns.write(target, credential)
}

function holdsPassword(url: string): boolean {
  try {
    return readRemoteUrl(url).credential !== null
  } catch {
    return /^[a-z+.-]+:\/\/[^/@]*:[^/@]*@/i.test(url)
  }
}

function problemOf(url: string): string | null {
  try {
    readRemoteUrl(url)
    return null
  } catch (error) {
    return toWireError(error).message
  }
}

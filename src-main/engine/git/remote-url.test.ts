import { describe, expect, test } from 'vitest'
import { readPrompt } from './prompt-words'
import { readRemoteUrl } from './remote-url'

describe('an address', () => {
  test.each([
    ['https://example.org/a/b.git', 'https://example.org/a/b.git', 'https://example.org'],
    ['https://Example.org:8443/a.git', 'https://example.org:8443/a.git', 'https://example.org:8443'],
    ['https://me@example.org/a.git', 'https://me@example.org/a.git', 'https://example.org'],
    ['http://127.0.0.1:8080/a.git', 'http://127.0.0.1:8080/a.git', 'http://127.0.0.1:8080'],
    ['ssh://git@example.org:2222/a.git', 'ssh://git@example.org:2222/a.git', 'ssh://example.org:2222'],
    ['git@example.org:team/a.git', 'git@example.org:team/a.git', 'ssh://example.org'],
    [' git@example.org:team/a.git\n', 'git@example.org:team/a.git', 'ssh://example.org'],
  ])('%s is taken', (text, url, target) => {
    expect(readRemoteUrl(text)).toMatchObject({ url, target, credential: null })
  })

  test.each([
    'ext::sh -c id', 'ext::sh%20-c%20id', 'file:///etc', '/srv/a.git', './a.git', '~/a.git', 'C:\\a', 'C:/a', '\\\\share\\a', '-oProxyCommand=id', '--upload-pack=id', 'http://example.org/a.git', 'git://example.org/a.git',
    'ftp://example.org/a', 'ssh://-oProxyCommand=id/a', 'ssh://-oX@example.org/a', 'git@-oX:a', 'user@host:-a', 'https://', 'https://example.org', 'https://exa mple.org/a', 'https://example.org/a\nb', 'https://-x/a', '', 'fd::17', 'http://127.0.0.1.example.org/a',
  ])('%j is refused', (text) => {
    expect(() => readRemoteUrl(text)).toThrow(expect.objectContaining({ code: 'git/unsafe-url' }) as Error)
  })

  test.each([
    ['https://me:s3cr%40t@example.org/a.git', { userName: 'me', secret: 's3cr@t' }],
    ['https://ghp_0123456789abcdefghij0123456789abcdef@example.org/a.git', { userName: 'x-access-token', secret: 'ghp_0123456789abcdefghij0123456789abcdef' }],
    ['https://glpat-abcdefghij:x-oauth-basic@example.org/a.git', { userName: 'x-access-token', secret: 'glpat-abcdefghij' }],
  ])('%s loses its password', (text, credential) => {
    expect(readRemoteUrl(text)).toMatchObject({ url: 'https://example.org/a.git', credential })
  })
})

describe('a question', () => {
  test.each([
    ["Username for 'https://Example.org': ", { kind: 'user-name', target: 'https://example.org', userName: null }],
    ["Password for 'https://me%40corp@example.org:8443/team': ", { kind: 'password', target: 'https://example.org:8443', userName: 'me@corp' }],
    ["Enter passphrase for key '/home/me/.ssh/id_ed25519': ", { kind: 'passphrase', target: '/home/me/.ssh/id_ed25519' }],
    ['Enter passphrase for /home/me/.ssh/id rsa: ', { kind: 'passphrase', target: '/home/me/.ssh/id rsa' }],
    ["git@example.org's password: ", { kind: 'password', target: 'ssh://example.org', userName: 'git' }],
    ['(git@example.org) Password: ', { kind: 'password', target: 'ssh://example.org', userName: 'git' }],
    ["The authenticity of host 'example.org (10.0.0.1)' can't be established.\nED25519 key fingerprint is SHA256:abc+/9.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ", { kind: 'host-key', target: 'example.org', fingerprint: 'SHA256:abc+/9 ED25519' }],
    ['Enter PIN for authenticator: ', { kind: 'other', target: null }],
  ])('%j', (text, expected) => {
    expect(readPrompt(text)).toMatchObject(expected)
  })
})

import { describe, expect, test } from 'vitest'
import { contentSecurityPolicy, fileFor } from './page-protocol'

const files = new Map([
  ['/index.html', '/out/renderer/index.html'],
  ['/assets/a b.js', '/never'],
  ['/assets/main.js', '/out/renderer/assets/main.js'],
])

describe('a page gets', () => {
  test.each([
    ['app://main/', '/out/renderer/index.html'],
    ['app://main/index.html', '/out/renderer/index.html'],
    ['app://main/index.html?x=1#y', '/out/renderer/index.html'],
    ['app://main/assets/main.js', '/out/renderer/assets/main.js'],
    ['app://main/assets/../index.html', '/out/renderer/index.html'],
  ])('%s', (url, file) => expect(fileFor(url, files)).toBe(file))

  test.each([
    'app://main/../../etc/passwd',
    'app://main/%2e%2e/%2e%2e/etc/passwd',
    'app://main/..%2f..%2fetc/passwd',
    'app://main/..%5c..%5cwindows',
    'app://main/index.html%00.js',
    'app://main//etc/passwd',
    'app://main/C:/Windows/win.ini',
    'app://main/assets/',
    'app://main/INDEX.HTML',
    'app://main/__proto__',
    'app://evil/index.html',
    'app://main@evil/index.html',
    'app://user@main/index.html',
    'file:///out/renderer/index.html',
    'https://main/index.html',
    'not a url',
  ])('nothing for %s', (url) => expect(fileFor(url, files)).toBeNull())
})

test('the policy allows no script but the app’s own', () => {
  const directives = Object.fromEntries(contentSecurityPolicy.split('; ').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]))
  expect(directives).toMatchObject({ 'default-src': "'none'", 'script-src': "'self'", 'object-src': "'none'", 'base-uri': "'none'", 'frame-ancestors': "'none'", 'connect-src': "'self'" })
})

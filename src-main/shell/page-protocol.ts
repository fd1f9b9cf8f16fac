/**
 * Serves the window's files as `app://main/…` from a fixed list: no file:, no path that the page could make up. The content
 * security policy is a response header, so that no page comes without it.
 */
import { readFile, readdir } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { Protocol } from 'electron'

export const pageScheme = 'app'
export const pageOrigin = `${pageScheme}://main`

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Monaco and xterm write style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join('; ')

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** Call before the app is ready; gives the scheme an origin of its own. */
export const pageSchemePrivileges = { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }

export async function servePage(protocol: Protocol, folder: string): Promise<void> {
  const files = new Map<string, string>()
  for (const path of await listFiles(folder)) files.set(`/${relative(folder, path).split(sep).join('/')}`, path)
  protocol.handle(pageScheme, async (request) => {
    const file = fileFor(request.url, files)
    if (file === null) return new Response('Not found', { status: 404, headers: { 'content-type': 'text/plain' } })
    return new Response(new Uint8Array(await readFile(file)), {
      headers: {
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
      },
    })
  })
}

/** The file of a URL, or null: only what was listed at the start, by its exact path. */
export function fileFor(url: string, files: Map<string, string>): string | null {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return null
  }
  if (parsed.protocol !== `${pageScheme}:` || parsed.host !== 'main' || parsed.username !== '') return null
  return files.get(parsed.pathname === '/' ? '/index.html' : parsed.pathname) ?? null
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const nested = await Promise.all(entries.map((entry) => (entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)])))
  return nested.flat()
}

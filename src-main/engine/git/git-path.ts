/**
 * Names of files as git says them. With core.quotePath a name with odd bytes comes quoted, as in C; it becomes a string in which a
 * byte that is no UTF-8 is a lone surrogate (U+DC80 to U+DCFF, as in Python), so that it can go back to git byte for byte.
 */

const escapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 }

/** `"caf\303\251"` or `plain` as git prints it. */
export function readGitPath(printed: string): string {
  if (!printed.startsWith('"')) return printed
  const bytes: number[] = []
  for (let at = 1; at < printed.length - 1; at++) {
    const character = printed[at] ?? ''
    if (character !== '\\') {
      bytes.push(...Buffer.from(character))
      continue
    }
    const octal = /^[0-7]{3}/.exec(printed.slice(at + 1, at + 4))?.[0]
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8))
      at += 3
    } else {
      at += 1
      bytes.push(escapes[printed[at] ?? ''] ?? 63)
    }
  }
  return decodePath(Buffer.from(bytes))
}

export function decodePath(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\uFFFD') || Buffer.from(text).equals(bytes)) return text
  let result = ''
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((count) => isOneCharacter(bytes.subarray(at, at + count)))
    if (length === undefined) result += String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
    else result += bytes.toString('utf8', at, at + length)
    at += length ?? 1
  }
  return result
}

function isOneCharacter(bytes: Buffer): boolean {
  const text = bytes.toString('utf8')
  return !text.includes('\uFFFD') && [...text].length === 1 && Buffer.from(text).equals(bytes)
}

export function encodePath(path: string): Buffer {
  if (isUtf8Path(path)) return Buffer.from(path)
  return Buffer.concat([...path].map((character) => (lone.test(character) ? Buffer.from([character.charCodeAt(0) - 0xdc00]) : Buffer.from(character))))
}

const lone = /^[\uDC80-\uDCFF]$/

/** Whether it can be an argument of a command: only its UTF-8 gets there. */
export function isUtf8Path(path: string): boolean {
  return !/[\uD800-\uDFFF]/u.test(path)
}

/** For `--pathspec-from-file=- --pathspec-file-nul`. */
export function pathList(paths: readonly string[]): Buffer {
  return Buffer.concat(paths.flatMap((path) => [encodePath(path), Buffer.from([0])]))
}

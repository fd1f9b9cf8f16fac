/** Why a Python could not be installed, from uv's words, with the next step. The words are those of uv 0.13.9. */
const settingsWords = '"Mirror for Python downloads" and "List of Python downloads" in the settings'

export function pythonFault(version: string, words: string): string {
  const host = hostIn(words)
  const from = host === null ? '' : ` from ${host}`
  if (/No space left on device|Disk quota exceeded/.test(words)) return `There is no room for Python ${version}: the disk of the cache is full. Free space, then try again.`
  if (/No download found for request/.test(words)) return `uv knows no Python ${version} to download for this kind of computer. Choose another version; a very new one needs a newer worker image, or a list of downloads that names it (${settingsWords}).`
  if (/fetching remote python downloads json|Unable to parse the JSON Python download list|python downloads? (?:json|list)/i.test(words)) return `The list of Python downloads could not be read${from}: ${why(words)}. Correct "List of Python downloads" in the settings, or make it empty to use uv's own.`
  if (/Failed to extract|Invalid (?:tar|gzip|zstd)|[Hh]ash mismatch/.test(words)) return `The archive of Python ${version}${from} is damaged, or none that uv can install. Try again; if it stays so, correct ${settingsWords}.`
  if (/Failed to download|Failed to fetch|error sending request|HTTP status|Request failed/.test(words)) return `Python ${version} could not be fetched${from}: ${why(words)}. Check the network and the proxy; where this address cannot be reached at all, set a mirror: ${settingsWords}.`
  if (/offline/i.test(words)) return `Python ${version} was not fetched, because uv was told to stay offline (UV_OFFLINE).`
  return `Python ${version} could not be installed. The log shows all that uv said.`
}

function why(words: string): string {
  const status = /HTTP status (?:client|server) error \((\d{3}[\w ]*)/.exec(words)?.[1]
  if (status !== undefined) return `it answers ${status.trim()}`
  if (/certificate|UnknownIssuer/i.test(words)) return 'its certificate is not trusted (a certificate file can be set in the settings)'
  if (/tunnel error|proxy/i.test(words)) return 'the proxy does not answer'
  if (/dns error|failed to lookup address|Name or service not known/i.test(words)) return 'its name is not found, so there is no network or no DNS'
  if (/timed out|timeout/i.test(words)) return 'it did not answer in time'
  if (/Connection refused/i.test(words)) return 'it refuses the connection'
  return 'the connection broke, or what came was not what was expected'
}

/** Never the whole address: it may carry a password. */
function hostIn(words: string): string | null {
  try {
    return new URL(/https?:\/\/[^\s`)]+/.exec(words)?.[0] ?? '').host
  } catch {
    return null
  }
}

/**
 * From uv's words to the part of the set-up that failed, what it names, and one sentence with the next step. The words are those
 * of uv 0.13.9 and of older ones, which draw lines and break them; setup-fault.test.ts holds them as they came.
 */
import { lineAtOffset, type RequirementsText } from './requirement-lines'
import { cacheRules } from './setup-fault-cache'
import { networkRules } from './setup-fault-network'
import { resolverRules } from './setup-fault-resolver'
import type { SetupFaultFinding, SetupFaultRule } from './setup-fault-rule'

/** What the notebook runner prints when the pipeline brings no kernel (resources/worker). */
const missingPackages = /^FASTFLOW_DESKTOP_MISSING_PACKAGES\t(.+)$/m

/** Ordered: a full disk shows as a failure of everything, and what a failed build printed can hold the words of any later rule. */
const rules: SetupFaultRule[] = [
  {
    pattern: /No space left on device|\(os error (?:28|112|122)\)|Disk quota exceeded/,
    find: () => ({
      fault: 'disk-full',
      detail: null,
      reason: 'The disk of the uv cache is full, so Python or the packages could not be stored. Free space for the container engine (for example by clearing the cache, or with docker system prune), then run again.',
    }),
  },
  {
    pattern: /The build backend returned an error|Call to `[^`]+` failed|Build backend failed/,
    find: (_match, { words }) => {
      const what = /Failed to (?:download and )?build `([^`]+)`/.exec(words)?.[1]?.replace(/ @ .*$/, '') ?? null
      const compiler = /(?:No such file or directory: '|unable to execute '|command ')([\w.-]*(?:gcc|cc|g\+\+|clang|cargo|rustc|cmake|ninja|gfortran)[\w.-]*)'/.exec(words)?.[1]
      const why = compiler === undefined ? 'its build failed; the log shows what it said' : `building it needs ${compiler}, which the worker image does not have`
      return { fault: 'build', detail: what, reason: `${what ?? 'A package'} had to be built from source, and ${why}. Choose a version that has a wheel for this Python, or another Python version.` }
    },
  },
  {
    pattern: /Hash mismatch for `([^`]+)`/,
    find: ([, what = '']) => ({
      fault: 'requirements-file',
      detail: what,
      reason: `The package index gave another file for ${what} than the hash in the requirements says. Renew the lock (or remove its --hash), and be wary if nobody changed it.`,
    }),
  },
  {
    pattern: /No interpreter found for (?:Python |request: )?(.+?) in |No download found for request: (?:cpython-)?(\S+)|Invalid version request: Python \S+ is not supported but (\S+) was requested/,
    find: ([, notFound, noDownload, tooOld], { words }) => {
      const version = (notFound ?? noDownload ?? tooOld ?? '').replace(/-.*$/, '')
      const variable = /uv is set to offline mode/.test(words) ? 'UV_OFFLINE' : /downloads are (?:set to|disabled)/.test(words) ? 'UV_PYTHON_DOWNLOADS' : null
      if (variable !== null) {
        return {
          fault: variable === 'UV_OFFLINE' ? 'network' : 'python',
          detail: `Python ${version}`,
          reason: `Python ${version} is not in the cache, and ${variable} forbids uv to fetch it. Remove that variable from the environment of the run, or set python_version to one that was used before.`,
        }
      }
      return {
        fault: 'python',
        detail: `Python ${version}`,
        reason: `Python ${version} does not exist for uv. Set python_version in pipeline.json to one that does, for example "3.12"; a very new one needs a newer worker image.`,
      }
    },
  },
  ...cacheRules,
  {
    pattern: /Distribution not found at: (?:file:\/\/)?(\S+?)\s*$|`([^`]+)` does not appear to be a Python project|path could not be normalized: (\S+)/m,
    find: ([, notFound, noProject, unusable]) => {
      const path = notFound ?? noProject ?? unusable ?? ''
      const what = unusable !== undefined ? 'leads out of everything' : noProject === undefined ? 'does not exist' : 'holds neither pyproject.toml nor setup.py'
      const folder = path.replace(/^.*\//, '') || '/'
      if (path.startsWith('/app/')) return { fault: 'requirements-file', detail: folder, reason: `The requirements name ${path} as a local package, which ${what}. Correct the path.` }
      return { fault: 'requirements-file', detail: folder, reason: `The requirements name ${path} as a local package, which ${what}. A relative path counts from uv's working directory /, not from the requirements file, here and on the server: write it with /app/ before it${folder === '/' ? '' : `, for example /app/${folder}`}.` }
    },
  },
  {
    pattern: /Couldn't parse requirement in `([^`]+)` at position (\d+)\s+(?:cause|Caused by): (.+)\s+(\S.*)/,
    find: ([, path = '', position = '', why = '', line = ''], { requirements }) => {
      const file = fileName(path)
      return inFile(file, lineAtOffset(requirements, file, Number(position)), `"${line.trim()}" is no requirement (${why.trim()}).`)
    },
  },
  {
    pattern: /Unexpected '(.)', expected .*: (\S+?):(\d+):\d+/,
    find: ([, character = '', path = '', line]) => inFile(fileName(path), Number(line), `"${character}" begins no requirement, or an option that uv does not know.`, ' Correct the line.'),
  },
  {
    pattern: /Invalid URL in `([^`]+)` at position (\d+): (.+)/,
    find: ([, path = '', position = '', url = ''], { requirements }) => inFile(fileName(path), lineAtOffset(requirements, fileName(path), Number(position)), `"${url.trim()}" is no address.`, ' Correct the line.'),
  },
  {
    pattern: /failed to decode file `([^`]+)`/i,
    find: ([, path = '']) => inFile(fileName(path), null, 'it is not UTF-8 text. Save it as UTF-8.', ''),
  },
  {
    pattern: /failed to read from file `([^`]+)`: ([^(\n]+)|File not found: `([^`]+)`/i,
    find: ([, path, why = '', missing]) => {
      const file = fileName(path ?? missing ?? '')
      if (/Permission denied/.test(why)) return { fault: 'requirements-file', detail: file, reason: `${file} cannot be read by the run user. Make it readable (chmod a+r), then run again.` }
      return { fault: 'requirements-file', detail: file, reason: `${file} is not there, although the requirements name it (-r or -c). Add the file or remove the line; only files inside the pipeline's folder can be read.` }
    },
  },
  {
    pattern: /Git executable not found/,
    find: () => ({
      fault: 'requirements-file',
      detail: 'git',
      reason: 'A requirement comes from a Git repository, and the worker image has no git; nor has the server’s. Name a released version, or the address of an archive (https://…/archive/….tar.gz).',
    }),
  },
  ...networkRules,
  ...resolverRules,
]

/** `text`: what was written before the user's code began, see setup-text.ts. `requirements` gives places in the file. */
export function classifySetupFault(text: string, requirements: RequirementsText | null = null): SetupFaultFinding {
  const packages = missingPackages.exec(text)?.[1]
  if (packages !== undefined) return notebookFinding(packages.split(/[\s,]+/).filter((name) => name !== ''))
  const words = plainWords(text)
  for (const { pattern, find } of rules) {
    const match = pattern.exec(words)
    if (match !== null) return find(match, { words, requirements })
  }
  const said = /^\s*(?:error:|×)\s*(.+)$/m.exec(words)?.[1] ?? null
  const quoted = said === null ? '' : ` uv says: ${shortened(said)}`
  return { fault: 'unknown', detail: null, reason: `Python or the packages could not be set up.${quoted} The log shows all it said.` }
}

function notebookFinding(names: string[]): SetupFaultFinding {
  const [lines, those] = names.length === 1 ? ['a line', 'it'] : ['lines', 'them']
  return {
    fault: 'notebook-packages',
    detail: names.join(', '),
    reason: `The notebook cannot run without ${names.join(', ')}, here and on the server. Add ${those} to requirements.txt, as ${lines} with: ${names.join(' / ')}.`,
  }
}

function inFile(file: string, line: number | null, problem: string, next = ' Correct the line, for example to pandas==2.2.3.'): SetupFaultFinding {
  return { fault: 'requirements-file', detail: file, reason: `${file}${line === null ? '' : ` line ${line}`}: ${problem}${next}` }
}

/** As the user knows it: relative to the pipeline's folder. */
function fileName(path: string): string {
  return path.replace(/^(?:file:\/\/)?\/app\//, '').replace(/^.*[\\/](?=requirements\.txt(?:\.lock)?$)/, '')
}

function shortened(text: string): string {
  const plain = text.trim().replace(/(:\/\/)[^/@\s]+@/g, '$1')
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain
}

/** Without colours, and without the lines that older uv draws. */
function plainWords(text: string): string {
  return text
    .replace(/\x1b\[[\d;]*m/g, '')
    .replace(/^ *[│├╰]?(?:─▶|─+>)? /gm, (drawn) => (/[├╰]/.test(drawn) ? '  cause: ' : drawn.replace('│', ' ')))
    .replace(/\r\n?/g, '\n')
}

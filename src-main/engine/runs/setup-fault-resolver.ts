/** The rules of setup-fault.ts for requirements that cannot be met: uv's proof is long, the first thing it names is the cause. */
import { closestNames } from '@shared/closest-names'
import { knownDistributions } from '../uv/import-names'
import { lineOfPackage, type RequirementsText } from './requirement-lines'
import type { SetupFaultFinding, SetupFaultRule } from './setup-fault-rule'

const wellKnown = ['beautifulsoup4', 'boto3', 'duckdb', 'fastapi', 'flask', 'google-cloud-bigquery', 'httpx', 'matplotlib', 'numpy', 'openpyxl', 'pandas', 'pillow', 'plotly', 'polars', 'psycopg2-binary', 'pyarrow', 'pydantic', 'pymongo', 'pyspark', 'pytest', 'python-dateutil', 'python-dotenv', 'pyyaml', 'requests', 'scikit-learn', 'scipy', 'seaborn', 'snowflake-connector-python', 'sqlalchemy', 'tensorflow', 'torch', 'xgboost']

const noSolution = /No solution found when resolving[^]*/

/** The proof, with older uv's line breaks undone and without conditions like {python_full_version < '3.12'}. */
function proofIn(words: string): string {
  return (noSolution.exec(words)?.[0] ?? '').replace(/\n\n[^]*$/, '').replace(/\s+/g, ' ').replace(/\{[^{}]*\}/g, '')
}

export const resolverRules: SetupFaultRule[] = [
  {
    pattern: noSolution,
    find: (_match, { words, requirements }) => {
      const proof = proofIn(words)
      for (const explain of [unknownPackage, wrongPython, noVersion, tooHigh, noWheel, contradiction]) {
        const finding = explain(proof, requirements)
        if (finding !== null) return finding
      }
      const because = /Because (.+?),? we can conclude/.exec(proof)?.[1] ?? proof.slice(0, 300)
      return finding(null, `The requirements cannot all be met: ${because}. Loosen one of the versions.`)
    },
  },
]

type Explain = (proof: string, requirements: RequirementsText | null) => SetupFaultFinding | null

const unknownPackage: Explain = (proof, requirements) => {
  const name = /Because ([\w.-]+) was not found in the (?:package registry|provided package locations|cache)/.exec(proof)?.[1]
  if (name === undefined) return null
  const [meant] = [...knownDistributions(name), ...closestNames(name, wellKnown)].filter((other) => other !== name)
  const advice = meant === undefined ? 'Correct the name, or set the index that has it.' : `Did you mean ${meant}?`
  return finding(name, `${place(requirements, name)} asks for ${name}, which the package index does not have. ${advice}`)
}

const wrongPython: Explain = (proof) => {
  const [, current, wanted = '', what = ''] = /the (?:current|requested) Python version \((\S+)\) does not satisfy Python(\S+) and (\S+) depends on Python/.exec(proof) ?? []
  if (current === undefined) return null
  return finding(what, `${what} needs Python ${wanted}, and the pipeline runs on Python ${current}. Set python_version in pipeline.json, or ask for a version of it that fits.`)
}

const noVersion: Explain = (proof, requirements) => {
  const what = /there (?:is|are) no versions? of (\S+?)(?: and |,| we )/.exec(proof)?.[1]
  return what === undefined ? null : finding(what, `${place(requirements, what)} asks for ${what}, which does not exist. Ask for a version that does; without a number uv takes the newest.`)
}

const tooHigh: Explain = (proof, requirements) => {
  const [, available, wanted = ''] = /Because only (.+?) (?:is|are) available and you require (.+?),? we can conclude/.exec(proof) ?? []
  if (available === undefined) return null
  return finding(wanted, `${place(requirements, wanted)} asks for ${wanted}, and only ${available} ${/ and |,/.test(available) ? 'are' : 'is'} there. Ask for a version that exists.`)
}

const noWheel: Explain = (proof, requirements) => {
  const [, what] = /Because (\S+) has no wheels? with a matching (?:Python|platform|implementation)|Because (\S+) has no usable wheels/.exec(proof)?.filter((part) => part !== undefined) ?? []
  if (what === undefined) return null
  return finding(what, `${place(requirements, what)} asks for ${what}, which is not made for this Python version or processor. Ask for a newer version of it, or set another python_version.`)
}

/** Two wishes for one package, both the user's or one of them another package's. */
const contradiction: Explain = (proof) => {
  const [, first, second = ''] = /Because you require (\S+) and (\S+?),? we can conclude that your requirements/.exec(proof) ?? []
  if (first !== undefined) return finding(first, `The requirements ask for ${first} and for ${second} at once. Keep one of them.`)
  const [, what, needed = ''] = /Because (\S+) depends on (\S+)/.exec(proof) ?? []
  const required = /because you require (\S+?),? we can conclude that your requirements are unsatisfiable/i.exec(proof)?.[1]
  if (what === undefined || required === undefined) return null
  return finding(what, `${what} needs ${needed}, and the requirements ask for ${required}. Loosen one of the two.`)
}

function finding(detail: string | null, reason: string): SetupFaultFinding {
  return { fault: 'resolver', detail, reason }
}

function place(requirements: RequirementsText | null, requirement: string): string {
  const line = lineOfPackage(requirements, /^[\w.-]+/.exec(requirement)?.[0] ?? '')
  return `${requirements?.file ?? 'requirements.txt'}${line === null ? '' : ` line ${line}`}`
}

/**
 * Answers pip-audit's questions as an advisory service on this computer: the real records of three advisories (advisories.json,
 * from the Python Packaging Advisory Database, CC BY 4.0, without their references), as tests must not need the public one.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { askEngine } from './direct-engine'

type Advisory = { affected: { package: { name: string }; versions: string[] }[] }
type Question = { package: { name: string }; version: string }

export type AdvisoryService = { /** As a container reaches it. */ url: string; asked: string[]; close(): void }

export async function startAdvisoryService(endpoint: string): Promise<AdvisoryService> {
  const advisories = JSON.parse(readFileSync(resolve('src-main', 'engine', 'testing', 'advisories.json'), 'utf8')) as Advisory[]
  const asked: string[] = []
  const server = createServer((request, answer) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const { package: about, version } = JSON.parse(text) as Question
      asked.push(`${about.name} ${version}`)
      const vulns = advisories.filter(({ affected }) => affected.some((entry) => entry.package.name === about.name && entry.versions.includes(version)))
      answer.setHeader('Content-Type', 'application/json').end(JSON.stringify(vulns.length === 0 ? {} : { vulns }))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '0.0.0.0', listening))
  const { json } = await askEngine(endpoint, 'GET', '/networks/bridge')
  const gateway = (json as { IPAM: { Config: { Gateway: string }[] } }).IPAM.Config[0]?.Gateway ?? ''
  return { url: `http://${gateway}:${(server.address() as AddressInfo).port}/v1/query`, asked, close: () => server.close() }
}

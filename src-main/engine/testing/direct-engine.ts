/** Asks the test's container engine directly, as somebody else on this computer would: not through the guard. */
import http from 'node:http'

export type DirectAnswer = { status: number; json: unknown }

/** `endpoint` is unix:///path. */
export function askEngine(endpoint: string, method: string, path: string, body?: unknown): Promise<DirectAnswer> {
  return new Promise((resolve, reject) => {
    const options = { socketPath: endpoint.replace('unix://', ''), method, path, headers: { 'Content-Type': 'application/json' }, agent: false }
    const request = http.request(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, json: /^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : text }))
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Names of the containers that a profile made meanwhile, by the engine's own record. */
export async function containersMadeBy(endpoint: string, owner: string, action: () => Promise<unknown>): Promise<string[]> {
  const since = (Date.now() / 1000).toFixed(3)
  await action()
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], event: ['create'], label: [`io.fastflow.desktop.owner=${owner}`] }))
  const text = await new Promise<string>((resolve, reject) => {
    const request = http.get({ socketPath: endpoint.replace('unix://', ''), path: `/events?since=${since}&until=${(Date.now() / 1000).toFixed(3)}&filters=${filters}`, agent: false }, (answer) => {
      let whole = ''
      answer.setEncoding('utf8').on('data', (part: string) => (whole += part))
      answer.on('end', () => resolve(whole))
    })
    request.on('error', reject)
  })
  return text.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { Actor: { Attributes: { name: string } } }).Actor.Attributes.name)
}

/** Removes what a profile made, as the last act of a test. */
export async function removeAllOf(endpoint: string, owner: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.owner=${owner}`] }))
  const { json: containers } = await askEngine(endpoint, 'GET', `/containers/json?all=1&filters=${filters}`)
  for (const { Id } of containers as { Id: string }[]) await askEngine(endpoint, 'DELETE', `/containers/${Id}?force=1`)
  const { json } = await askEngine(endpoint, 'GET', `/volumes?filters=${filters}`)
  for (const { Name } of (json as { Volumes: { Name: string }[] | null }).Volumes ?? []) await askEngine(endpoint, 'DELETE', `/volumes/${Name}?force=1`)
}

/** An engine's socket behind TLS that wants a certificate from its clients, with an authority made for the occasion. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'

export type TlsEngine = {
  port: number
  /** ca.pem, cert.pem and key.pem of a client it accepts. */
  certificates: string
  /** The authority alone. */
  authorityOnly: string
  /** Certificates of another authority. */
  strangers: string
  close(): Promise<void>
}

function openssl(folder: string, ...argv: string[]): void {
  execFileSync('openssl', argv, { cwd: folder, stdio: 'pipe' })
}

/** ca.pem, server.pem (for 127.0.0.1) and cert.pem (of a client) with their keys. */
export function makeCertificates(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  openssl(folder, 'req', '-x509', ...newKey, '-subj', '/CN=test authority', '-keyout', 'ca-key.pem', '-out', 'ca.pem')
  for (const [name, usage, key] of [['server', 'subjectAltName=IP:127.0.0.1', 'server-key.pem'], ['cert', 'extendedKeyUsage=clientAuth', 'key.pem']] as const) {
    writeFileSync(join(folder, `${name}.cnf`), usage)
    openssl(folder, 'req', ...newKey.slice(0, 5), '-subj', `/CN=${name}`, '-keyout', key, '-out', `${name}.csr`)
    openssl(folder, 'x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '2', '-extfile', `${name}.cnf`, '-out', `${name}.pem`)
  }
}

export async function startTlsEngine(engineSocket: string, root: string): Promise<TlsEngine> {
  const [certificates, strangers, authorityOnly] = [join(root, 'ours'), join(root, 'strangers'), join(root, 'authority')]
  makeCertificates(certificates)
  makeCertificates(strangers)
  mkdirSync(authorityOnly)
  const read = (name: string): Buffer => readFileSync(join(certificates, name))
  writeFileSync(join(authorityOnly, 'ca.pem'), read('ca.pem'))
  const open = new Set<net.Socket>()
  const server = tls.createServer({ ca: read('ca.pem'), cert: read('server.pem'), key: read('server-key.pem'), requestCert: true, rejectUnauthorized: true }, (client) => {
    const engine = net.connect(engineSocket)
    for (const [one, other] of [[client, engine], [engine, client]] as const) {
      open.add(one)
      one.on('error', () => other.destroy()).on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    certificates,
    authorityOnly,
    strangers,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

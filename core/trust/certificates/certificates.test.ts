import { createPublicKey, X509Certificate } from 'node:crypto'
import { connect, createServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { certificatesOf, checkChain, issue, makeAuthority, makeRequest, newKey, readRequest } from './index.ts'

const now = Date.UTC(2026, 5, 1)
const year = 365 * 86_400_000
const wanted = { commonName: 'node-a', dnsNames: ['localhost', 'aoscm'] }

async function issued(atMs = now) {
  const authority = await makeAuthority('unit-77', atMs, 10 * year)
  const key = await newKey('ec')
  const request = await readRequest(await makeRequest(key, wanted))
  const certificate = await issue(authority, request, atMs, year)
  return { authority, key, certificate }
}

describe('requests', () => {
  it.each(['ec', 'rsa'] as const)('of %s keys say who asks, and prove that he has the key', async (kind) => {
    const key = await newKey(kind)
    const { publicKey, ...asked } = await readRequest(await makeRequest(key, wanted))
    expect(asked).toEqual(wanted)
    expect(Buffer.from(publicKey)).toEqual(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  })

  it('name addresses as addresses, which TLS looks for where a caller has no name', async () => {
    const dnsNames = ['10.0.0.1', 'fd00::12:1', '::1', '1:2:3:4:5:6:7:8']
    const request = await readRequest(await makeRequest(await newKey('ec'), { commonName: 'node-a', dnsNames }))
    expect(request.dnsNames).toEqual(dnsNames)
    const authority = await makeAuthority('unit-77', now, 10 * year)
    const read = new X509Certificate(await issue(authority, request, now, year))
    expect(dnsNames.map((address) => read.checkIP(address))).toEqual(dnsNames)
  })

  it('that were changed are refused', async () => {
    const pem = await makeRequest(await newKey('ec'), wanted)
    const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
    der.write('node-b', der.indexOf('node-a'))
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
    await expect(readRequest(changed)).rejects.toMatchObject({ code: 'refused' })
    await expect(readRequest('garbage')).rejects.toMatchObject({ code: 'unreadable' })
    const hollow = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'
    await expect(readRequest(hollow)).rejects.toMatchObject({ code: 'unreadable' })
  })
})

describe('certificates', () => {
  it('carry the name and the DNS names, for both ends of TLS', async () => {
    const { certificate } = await issued()
    const read = new X509Certificate(certificate)
    expect(read.subject).toBe('CN=node-a')
    expect(read.subjectAltName).toBe('DNS:localhost, DNS:aoscm')
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    expect(read.ca).toBe(false)
    expect(read.serialNumber.length).toBe(32)
  })

  it('hold in their time, under their root, for their key', async () => {
    const { authority, key, certificate } = await issued()
    const roots = authority.certificate
    const [holder] = certificatesOf(certificate)
    expect(await checkChain(certificate, { roots, key, atMs: now })).toEqual(holder)
    const refused = (what: object) =>
      expect(checkChain(certificate, { roots, key, atMs: now, ...what })).rejects.toMatchObject({ code: 'refused' })
    await refused({ atMs: now + 2 * year })
    await refused({ key: await newKey('ec') })
    await refused({ roots: (await makeAuthority('unit-77', now, year)).certificate })
  })

  it('hold beyond 2050', async () => {
    const { certificate } = await makeAuthority('unit-77', now, 40 * year)
    expect(new X509Certificate(certificate).validTo).toMatch(/2066 GMT$/)
  })

  it('from one that is no authority are refused', async () => {
    const { authority, key, certificate } = await issued()
    const pretender = { key, certificate }
    const otherKey = await newKey('ec')
    const request = await readRequest(await makeRequest(otherKey, wanted))
    const chain = (await issue(pretender, request, now, year)) + certificate
    await expect(checkChain(chain, { roots: authority.certificate, key: otherKey, atMs: now })).rejects.toMatchObject({
      code: 'refused',
    })
  })

  it('serve TLS that asks for a certificate', async () => {
    const { authority, key, certificate: cert } = await issued(Date.now())
    const tls = { key, cert, ca: authority.certificate }
    const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (socket) =>
      socket.end('hello'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...tls })
    const said = await new Promise<string>((resolve, reject) => {
      socket.on('data', (data) => resolve(data.toString()))
      socket.on('error', reject)
    })
    expect([said, socket.authorized]).toEqual(['hello', true])
    server.close()
  })
})

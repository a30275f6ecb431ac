import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mediaTypes } from '@windlass/wire/oci'
import type { Secrets } from './secrets.ts'

/**
 * A registry that wants a token, which it gives for a login, and whose blobs lie at addresses that are signed for one download. Of
 * `open/app` all is there; `lost/app` is said to be at a signed address where nobody answers.
 */
export async function closedRegistry(secrets: Secrets, login: { user: string; password: string }) {
  const token = secrets.made('registry token')
  const signed = `X-Amz-Signature=${secrets.made('signature of a registry address')}`
  const asking = `account=${secrets.made('realm of a registry')}`
  const { blobs, index } = image()
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '/', `http://${host()}`)
    const name = url.pathname.split('/').at(-1) ?? ''
    const basic = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
    if (url.pathname === '/token') {
      if (request.headers.authorization === basic) answer.end(JSON.stringify({ token }))
      else answer.writeHead(401).end()
    } else if (url.pathname.startsWith('/cdn/')) answer.end(blobs.get(name))
    else if (request.headers.authorization !== `Bearer ${token}`)
      answer.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host()}/token?${asking}",service="r"` }).end()
    else if (url.pathname.includes('/lost/'))
      answer.writeHead(307, { location: `http://127.0.0.1:1/cdn/${name}?${signed}` }).end()
    else if (url.pathname.includes('/manifests/')) answer.end(blobs.get(name) ?? blobs.get(index))
    else answer.writeHead(307, { location: `http://${host()}/cdn/${name}?${signed}` }).end()
  })
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host: host(), close: () => server.close() }
}

function image() {
  const blobs = new Map<string, Buffer>()
  const put = (content: object | Buffer, mediaType: string) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const config = put({ os: 'linux', architecture: 'amd64' }, mediaTypes.config)
  const layers = [put(Buffer.from('a layer'), mediaTypes.layer)]
  const manifest = put({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }, mediaTypes.manifest)
  const described = { ...manifest, platform: { os: 'linux', architecture: 'amd64' } }
  const index = put({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [described] }, mediaTypes.index)
  return { blobs, index: index.digest }
}

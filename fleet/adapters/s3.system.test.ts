import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { systemClock } from '@windlass/platform'
import { SeededRandom } from '@windlass/platform/fakes'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { placeContract } from '../blobs/place.contract.ts'
import { openPlace } from './open-place.ts'
import { s3Server, type TestServer } from './test-servers.ts'

let server: TestServer
let scratch: string
const choice = () =>
  ({ kind: 's3', bucket: 'fleet', prefix: 'a/b', endpoint: server.url, region: 'us-east-1' }) as const
const ports = { random: new SeededRandom(1), clock: systemClock, alone: false }
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER').stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER')
  server = await s3Server()
  scratch = await mkdtemp(join(tmpdir(), 'windlass-s3-scratch-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.stop()
  await rm(scratch, { recursive: true, force: true })
})

placeContract('an S3 store', async () => ({
  place: await openPlace(choice(), scratch, ports),
  async names() {
    const client = new S3Client({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true })
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'fleet' }))
    return Contents.map(({ Key = '' }) => Key).filter((key) => !key.endsWith('fleet-id'))
  },
}))

it('a bucket that is not there is told at the start', async () => {
  const opened = openPlace({ ...choice(), bucket: 'nowhere' }, scratch, ports)
  await expect(opened).rejects.toMatchObject({ code: 'blobs_unusable' })
  await expect(openPlace({ ...choice(), endpoint: 'http://127.0.0.1:1' }, scratch, ports)).rejects.toMatchObject({
    code: 'blobs_unusable',
  })
})

import type { BlobSource, CloudOrder, UnitFact } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import type { Cloud } from '../ports.ts'

/** A cloud link, and the cloud's end of it. */
export interface CloudUnderTest {
  cloud: Cloud
  connect(connected: boolean): Promise<void>
  order(order: CloudOrder): Promise<void>
  sent(): readonly UnitFact[]
  /** The cloud knows where this blob is. */
  knows(source: BlobSource): void
  /** Lets an answer come, or its time pass. */
  wait(): Promise<void>
}

/** What every link to the cloud promises. */
export function testCloud(name: string, make: () => CloudUnderTest | Promise<CloudUnderTest>): void {
  const status = (isDelta: boolean): UnitFact => ({ kind: 'unit_status', status: { isDelta, subjects: [] } })
  const source: BlobSource = { digest: 'sha256:1', urls: ['http://a'], sha3: new Uint8Array(32), size: 1 }
  const never = new AbortController().signal

  describe(`${name} as a link to the cloud`, () => {
    it('tells when it is there and when it is gone, until nobody listens', async () => {
      const { cloud, connect } = await make()
      const heard: boolean[] = []
      const unsubscribe = cloud.watch((news) => news.kind === 'connection' && heard.push(news.connected))
      await connect(true)
      expect(cloud.connected()).toBe(true)
      await connect(false)
      expect([cloud.connected(), heard]).toEqual([false, [true, false]])
      unsubscribe()
      await connect(true)
      expect(heard.length).toBe(2)
    })

    it('hands on what the cloud wants', async () => {
      const { cloud, connect, order } = await make()
      const wanted: CloudOrder = { kind: 'deprovision', correlationId: 'c', nodeId: 'n', password: '' }
      const heard: CloudOrder[] = []
      cloud.watch((news) => news.kind === 'order' && heard.push(news.order))
      await connect(true)
      await order(wanted)
      expect(heard).toEqual([wanted])
    })

    it('sends what the unit says; a change of status only while it is connected', async () => {
      const { cloud, connect, sent } = await make()
      cloud.send(status(true))
      await connect(true)
      cloud.send(status(false))
      cloud.send(status(true))
      await connect(true)
      expect(sent()).toEqual([status(false), status(true)])
    })

    it('says where blobs are', async () => {
      const { cloud, connect, knows, wait } = await make()
      knows(source)
      await connect(true)
      const asked = cloud.blobSources(['sha256:1'], never)
      await wait()
      expect(await asked).toEqual([source])
    })

    it('does not say where unknown blobs are', async () => {
      const { cloud, connect, wait } = await make()
      await connect(true)
      const refused = expect(cloud.blobSources(['sha256:2'], never)).rejects.toMatchObject({ code: 'cloud_silent' })
      await wait()
      await refused
    })
  })
}

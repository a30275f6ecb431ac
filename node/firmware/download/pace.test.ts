import { expect, it } from 'vitest'
import { objectServer } from './fake-object-server.ts'
import { fetching, object } from './fetch-scene.ts'

it('a download takes no more than it may, on average', async () => {
  const { failed, seconds } = await fetching(objectServer(object), { limits: { mostBytesPerSecond: 10_000 } })
  expect(failed).toBeUndefined()
  expect(seconds).toBeCloseTo(object.length / 10_000, 0)
})

it('a download that is held back by the device is not a stalled server', async () => {
  const { failed } = await fetching(objectServer(object), {
    limits: { mostBytesPerSecond: 1_024, minBytesPerSecond: 100_000 },
  })
  expect(failed).toBeUndefined()
})

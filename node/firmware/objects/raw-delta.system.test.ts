import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixture, fixtureImage } from './delta/delta-fixture.ts'
import { Bench, whyNoLoop } from './loop-devices.ts'
import { equalBytes, never, noProgress, rawDeltaObject } from './objects-fixture.ts'
import { rawDelta } from './raw-delta.ts'

const MiB = 1024 * 1024
const why = whyNoLoop()

describe.skipIf(why !== '')(`raw-delta on loop devices${why && ` (skipped: ${why})`}`, () => {
  let bench: Bench
  let target: string
  let seed: string
  beforeEach(() => {
    bench = new Bench()
    target = bench.device(16 * MiB, 'target')
    seed = bench.device(16 * MiB, 'seed')
  })
  afterEach(() => bench.close())

  const install = (archive: Uint8Array) => {
    const payload = { ...bench.payload(archive), seed }
    return rawDelta.install(rawDeltaObject(archive, { target }), payload, bench.ports, noProgress, never)
  }

  it('unpacks xz chunks by the program of that name', async () => {
    await install(fixture('rollsum-xz'))
    const image = fixtureImage()
    expect(equalBytes(readFileSync(target).subarray(0, image.length), image)).toBe(true)
  })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixture, fixtureImage } from './delta/delta-fixture.ts'
import { Bench, run, whyNoLoop, withTools } from './loop-devices.ts'
import { equalBytes, never, noProgress, rawDeltaObject, someBytes } from './objects-fixture.ts'
import { rawDelta } from './raw-delta.ts'

const MiB = 1024 * 1024
const why = whyNoLoop()
const ways = [
  ['--compression', 'brotli'],
  ['--compression', 'zstd'],
  ['--compression', 'none'],
  ['--fixed-size', '32KiB'],
  ['--hash-chunking', 'BuzHash'],
]

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

  const [[, noTool] = ['', '']] = withTools(['bita'], (name) => name)
  it.skipIf(noTool !== '').each(ways)(
    `makes what the real tool packed just now with %s %s${noTool}`,
    async (...way) => {
      const old = Buffer.concat([someBytes(3 * MiB, 3), new Uint8Array(2 * MiB), someBytes(4 * MiB, 4)])
      const next = Buffer.concat([old.subarray(0, 2 * MiB), someBytes(123_456, 5), old.subarray(2 * MiB)])
      writeFileSync(seed, old)
      const [image, archive] = [join(bench.folder, 'image'), join(bench.folder, 'archive')]
      writeFileSync(image, next)
      run('bita', 'compress', '-i', image, ...way, archive)
      await install(readFileSync(archive))
      expect(equalBytes(readFileSync(target).subarray(0, next.length), next)).toBe(true)
    },
  )
})

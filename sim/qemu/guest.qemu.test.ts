import { glob, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openCache } from './cache.ts'
import { bundle, bundleTests } from './guest/bundle.ts'
import { startGuest } from './guest/guest.ts'
import { lacking } from './tools.ts'
import { cacheFolder } from './workshop.ts'

const lacks = await lacking('guest')
const soonMs = 600_000
const root = join(import.meta.dirname, '../..')

describe.skipIf(lacks)(`under Debian's kernel in QEMU${lacks}`, () => {
  it('all tests pass that this machine s own kernel may not be able to run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-guest-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const [services, all] = [join(folder, 'services.mjs'), join(folder, 'tests.mjs')]
    await bundle(join(import.meta.dirname, 'guest/services.ts'), services)
    const tests = (
      await Array.fromAsync(glob('{core,fleet,node,unit,sim}/**/*.guest.test.ts', { cwd: root }))
    ).toSorted()
    await bundleTests(tests, all)
    // The guest has this machine's files as they are now, but for folders in memory.
    const path = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
    const script = `export PATH=${path} HOME=/root WINDLASS_DOOR=${services}; node ${all}`
    const machine = await startGuest(await openCache(cacheFolder), script, join(folder, 'console.log'))
    onTestFinished(() => machine.cut())
    const ends: string[] = []
    machine.watch((line) => {
      if (/guest (passed|failed|skipped)/.test(line)) ends.push(line)
    })
    await machine.until('all tests to end', /guest: all told/, soonMs)
    expect(ends.filter((line) => !line.includes('guest passed'))).toEqual([])
    expect(ends.length).toBeGreaterThanOrEqual(tests.length)
    expect(tests).not.toEqual([])
  })
})

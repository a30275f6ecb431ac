import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openBench } from './bench.ts'
import { flashObjects } from './flash/package.ts'
import { flashPc } from './machine/pc.ts'
import { lacking } from './tools.ts'

const lacks = await lacking('flash')
const soonMs = 600_000

describe.skipIf(lacks)(`flash in QEMU${lacks}`, () => {
  it('holds what the objects of a package brought: NAND with a bad block, NOR, and a UBI volume that mounts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-flash-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const { objects, expected } = await flashObjects(folder)
    const bench = await openBench(flashPc)
    onTestFinished(() => bench.close())
    const holds = (what: string) =>
      bench.machine.until(`what ${what} holds`, new RegExp(`${what} holds ([0-9a-f]{64})`), soonMs)
    const told = Promise.all(['nand', 'nor', 'volume'].map(holds))
    await bench.install('9.0', objects)
    const [nand, nor, volume] = (await told).map(([, digest]) => digest)
    expect({ nand, nor, volume }).toEqual(expected)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { makeDevice } from './device.ts'
import { openFleet } from './fleet.ts'
import { pc } from './machine/pc.ts'
import { runCuts } from './power-cuts/run-cuts.ts'
import { lacking } from './tools.ts'
import { openWorkshop } from './workshop.ts'

const lacks = await lacking('grub')
const cuts = Number(process.env['WINDLASS_POWER_CUTS'] ?? 4)
const seed = Number(process.env['WINDLASS_SEED'] ?? 1)
const oneCutMs = 300_000

describe.skipIf(lacks)(`power cuts in QEMU${lacks}`, () => {
  it(
    `comes up in the old or the new release after each of ${cuts} cuts, and finishes the update at last (seed ${seed})`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'windlass-cuts-'))
      const workshop = await openWorkshop(pc)
      const fleet = await openFleet(join(folder, 'fleet'), workshop.publicKey)
      try {
        const releases = [await workshop.release('1.0', 'good'), await workshop.release('2.0', 'good')] as const
        const device = await makeDevice(pc, join(folder, 'device'), releases[0], fleet.port)
        const say = (line: string) => console.log(line)
        const random = new SeededRandom(seed)
        const told = await runCuts({ device, fleet, releases, cuts, random, say })
        console.log(`${told.cuts} cuts, ${told.updates} updates finished, ${told.asked} times asked to try again`)
        expect(told.cuts).toBe(cuts)
        expect(told.updates).toBeGreaterThan(0)
      } finally {
        await fleet.stop()
        await rm(folder, { recursive: true, maxRetries: 5 })
      }
    },
    (cuts + 3) * oneCutMs,
  )
})

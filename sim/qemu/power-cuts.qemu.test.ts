import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { makeDevice } from './device.ts'
import { openFleet } from './fleet.ts'
import { quickPcBoard } from './machine/pc.ts'
import { type CutsTold, runCuts } from './power-cuts/run-cuts.ts'
import { tearSuperblock } from './power-cuts/tear-superblock.ts'
import { lacking } from './tools.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

const lacks = await lacking('grub')
const cuts = Number(process.env['WINDLASS_POWER_CUTS'] ?? 50)
const minutes = Number(process.env['WINDLASS_POWER_CUT_MINUTES'] ?? 25)
const seed = Number(process.env['WINDLASS_SEED'] ?? 1)
const devices = [1, 2] as const
const oneCutMs = 300_000

/** Half of the cuts, on a device of its own with a fleet of its own. */
async function cutOne(workshop: Workshop, number: number, inTime: () => boolean): Promise<CutsTold> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-cuts-'))
  const fleet = await openFleet(join(folder, 'fleet'), workshop.publicKey)
  try {
    const releases = [await workshop.release('1.0', 'good'), await workshop.release('2.0', 'good')] as const
    const device = await makeDevice(quickPcBoard, join(folder, 'device'), releases[0], fleet.port)
    await tearSuperblock(device.disk, quickPcBoard)
    const say = (line: string) => console.log(`device ${number}: ${line}`)
    const random = new SeededRandom(seed * devices.length + number)
    return await runCuts({ device, fleet, releases, cuts: Math.ceil(cuts / devices.length), inTime, random, say })
  } finally {
    await fleet.stop()
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
}

/** Where the cuts landed: all of them, the most frequent place first. */
function placesText(all: readonly CutsTold[]): string {
  const sum = new Map<string, number>()
  for (const { places } of all)
    for (const [place, count] of Object.entries(places)) sum.set(place, (sum.get(place) ?? 0) + count)
  const sorted = [...sum].sort(([, a], [, b]) => b - a)
  return sorted.map(([place, count]) => `${place} ${count}`).join(', ')
}

describe.skipIf(lacks)(`power cuts in QEMU${lacks}`, () => {
  const all: CutsTold[] = []

  it.concurrent.for(devices)(
    `device %i comes up in the old or the new release after each cut, and finishes the update at last (seed ${seed})`,
    { timeout: (cuts + 3) * oneCutMs },
    async (number) => {
      const workshop = await openWorkshop(quickPcBoard)
      const end = Date.now() + minutes * 60_000
      const told = await cutOne(workshop, number, () => Date.now() < end)
      console.log(`device ${number}: ${JSON.stringify(told)}`)
      all.push(told)
      expect(told.updates).toBeGreaterThan(0)
    },
  )

  it(`makes all of ${cuts} cuts within ${minutes} minutes (npm run power-cuts takes the time they need)`, ({
    skip,
  }) => {
    const made = all.reduce((sum, told) => sum + told.cuts, 0)
    console.log(`${made} power cuts of ${cuts}, seed ${seed}; the device was in ${placesText(all)}`)
    if (made < cuts) skip(`${made} fitted into ${minutes} minutes`)
  })
})

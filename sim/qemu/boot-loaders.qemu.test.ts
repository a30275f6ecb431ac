import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, openBench } from './bench.ts'
import { armBoard } from './machine/arm-board.ts'
import { efiPc } from './machine/efi-pc.ts'
import { lacking } from './tools.ts'

const boards = { 'systemd-boot': efiPc, 'u-boot': armBoard } as const
const soonMs = 600_000

for (const loader of ['systemd-boot', 'u-boot'] as const) {
  const lacks = await lacking(loader)

  describe.skipIf(lacks)(`a device with ${loader} in QEMU${lacks}`, () => {
    let bench: Bench
    beforeAll(async () => {
      bench = await openBench(boards[loader])
    })
    afterAll(() => bench?.close())

    it('boots from the other slot after a good update, confirms it, and the fleet knows', async () => {
      expect(await bench.rollOut('2.0', 'good')).toMatchObject({ state: 'updated' })
      expect(await bench.fleet.deviceVersion()).toBe('2.0')
    })

    it('falls back from an image whose kernel panics', async () => {
      const [attempt] = await Promise.all([
        bench.rollOut('3.0', 'panics'),
        bench.machine.until('a panic', /Kernel panic - not syncing: Attempted to kill init/, soonMs),
      ])
      expect(attempt).toMatchObject({ state: 'rolled_back', reason: expect.stringMatching('went back to set b') })
      expect(await bench.fleet.deviceVersion()).toBe('2.0')
    })
  })
}

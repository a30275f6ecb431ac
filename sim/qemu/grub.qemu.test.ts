import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, openBench } from './bench.ts'
import { pc } from './machine/pc.ts'
import { lacking } from './tools.ts'

const soonMs = 600_000
const lacks = await lacking('grub')

describe.skipIf(lacks)(`a PC with GRUB in QEMU${lacks}`, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await openBench(pc)
  })
  afterAll(() => bench?.close())

  it('boots from the other slot after a good update, confirms it, and the fleet knows', async () => {
    const [attempt] = await Promise.all([
      bench.rollOut('2.0', 'good'),
      bench.machine.until('a start of 2.0', /"agent started".*"version":"2.0"/, soonMs),
    ])
    expect(attempt).toMatchObject({ state: 'updated' })
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

  it('falls back from an image that hangs, by the hardware watchdog', async () => {
    const [attempt] = await Promise.all([
      bench.rollOut('4.0', 'hangs'),
      bench.machine.until('a hang', /init hangs/, soonMs),
    ])
    expect(attempt).toMatchObject({ state: 'rolled_back', reason: expect.stringMatching('went back to set b') })
    expect(await bench.fleet.deviceVersion()).toBe('2.0')
  })

  it('falls back from an image whose service is sick', async () => {
    const attempt = await bench.rollOut('5.0', 'sick')
    expect(attempt).toMatchObject({
      state: 'rolled_back',
      reason: expect.stringMatching('gateway-works: exit status 1'),
    })
    expect(await bench.fleet.deviceVersion()).toBe('2.0')
  })

  it('falls back from an image in which the agent stands still, by the watchdog that the agent armed', async () => {
    const [attempt] = await Promise.all([
      bench.rollOut('6.0', 'stalls'),
      bench.machine.until('the watchdog to bite', /softdog: Initiating system reboot/, soonMs),
    ])
    expect(attempt).toMatchObject({ state: 'rolled_back', reason: expect.stringMatching('went back to set b') })
    expect(await bench.fleet.deviceVersion()).toBe('2.0')
  })
})

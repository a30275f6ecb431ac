import { type InstallationSet, otherSet } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { UpdateError } from '../update-error.ts'
import type { Slots } from './port.ts'

/** A boot loader on a bench, new from the factory, with what Windlass has to command it. */
export interface SlotsBench {
  slots: Slots
  /** One start of the machine by the boot loader's own rule: the set it hands over to. */
  boot(): Promise<InstallationSet>
  /** Does `work`; the power goes at the n-th step of it, from 1. False when it has fewer steps. */
  cut(step: number, work: (slots: Slots) => Promise<void>): Promise<boolean>
  /** The ways in which what the boot loader keeps may be lost, by name. */
  damage: Readonly<Record<string, () => Promise<void>>>
}

const sets: readonly InstallationSet[] = ['a', 'b']
// One more than the longest trial.
const mostStarts = 4
const mostSteps = 40

/** What every Slots promises together with its boot loader. Every bench starts with set a. */
export function testSlots(name: string, make: () => Promise<SlotsBench>): void {
  /** A bench that runs `set`, confirmed. */
  async function running(set: InstallationSet): Promise<SlotsBench> {
    const bench = await make()
    expect(await bench.boot()).toBe('a')
    if (set === 'b') {
      await bench.slots.activate('b')
      expect(await bench.boot()).toBe('b')
      await bench.slots.validated()
    }
    return bench
  }

  /** Starts until a set that is fit gets control; the others panic. */
  async function start(bench: SlotsBench, fit: readonly InstallationSet[]): Promise<InstallationSet | 'none'> {
    for (let starts = 0; starts < mostStarts; starts++) {
      const set = await bench.boot()
      if (fit.includes(set)) return set
    }
    return 'none'
  }

  async function starts(bench: SlotsBench): Promise<string> {
    let all = ''
    for (let n = 0; n < mostStarts; n++) all += await bench.boot()
    return all
  }

  describe(`${name} as slots`, () => {
    it('has set a active at first', async () => {
      const bench = await make()
      expect(await bench.boot()).toBe('a')
      expect(await bench.slots.active()).toBe('a')
    })
  })

  describe.each(sets)(`${name} as slots, running set %s`, (from) => {
    const to = otherSet(from)

    it('starts the set that was chosen, and says so before and after', async () => {
      const bench = await running(from)
      expect(await bench.slots.active()).toBe(from)
      await bench.slots.activate(to)
      expect(await bench.slots.active()).toBe(to)
      expect(await bench.boot()).toBe(to)
      expect(await bench.slots.active()).toBe(to)
    })

    it('goes back by itself, for good, when the chosen set does not start, and says so', async () => {
      const bench = await running(from)
      await bench.slots.activate(to)
      expect(await start(bench, [from])).toBe(from)
      expect(await bench.slots.active()).toBe(from)
      await bench.slots.validated()
      expect(await starts(bench)).toBe(from.repeat(mostStarts))
    })

    it('goes back by itself when the chosen set starts but is never confirmed', async () => {
      const bench = await running(from)
      await bench.slots.activate(to)
      const order = await starts(bench)
      expect(order).toMatch(new RegExp(`^${to}+${from}+$`))
      expect(await bench.slots.active()).toBe(from)
    })

    it('has the same in mind when asked twice', async () => {
      const [once, twice] = [await running(from), await running(from)]
      for (const { slots } of [once, twice, twice]) await slots.activate(to)
      expect(await starts(twice)).toBe(await starts(once))
      for (const bench of [once, twice]) {
        await bench.slots.activate(to)
        expect(await bench.boot()).toBe(to)
      }
      for (const { slots } of [once, twice, twice]) await slots.validated()
      expect(await starts(twice)).toBe(await starts(once))
    })

    it('keeps a confirmed set, whatever happens', async () => {
      const bench = await running(from)
      await bench.slots.activate(to)
      expect(await bench.boot()).toBe(to)
      await bench.slots.validated()
      expect(await starts(bench)).toBe(to.repeat(mostStarts))
      expect(await bench.slots.active()).toBe(to)
    })

    it('takes a choice back before it was started', async () => {
      const bench = await running(from)
      await bench.slots.activate(to)
      await bench.slots.activate(from)
      expect(await bench.slots.active()).toBe(from)
      await bench.slots.validated()
      expect(await bench.slots.active()).toBe(from)
      expect(await starts(bench)).toBe(from.repeat(mostStarts))
    })

    it('is sent back by the set on trial', async () => {
      const bench = await running(from)
      await bench.slots.activate(to)
      expect(await bench.boot()).toBe(to)
      await bench.slots.activate(from)
      expect(await bench.slots.active()).toBe(from)
      expect(await bench.boot()).toBe(from)
      await bench.slots.validated()
      expect(await starts(bench)).toBe(from.repeat(mostStarts))
    })

    it('ends with the set before when neither starts, and runs it once it can', async () => {
      const bench = await running(from)
      await bench.slots.activate(to)
      expect(await start(bench, [])).toBe('none')
      expect(await start(bench, [from])).toBe(from)
      expect(await bench.slots.active()).toBe(from)
    })

    it('starts something and tells no lie, whatever is left of what it keeps', async () => {
      const ways = Object.keys((await make()).damage)
      for (const way of ways) {
        const bench = await running(from)
        await bench.damage[way]?.()
        expect([from, 'slots_failed'], way).toContain(await answer(bench.slots.active()))
        const said = await answer(bench.slots.activate(to))
        const started = await start(bench, sets)
        expect(sets, way).toContain(started)
        if (said !== 'slots_failed') expect(started, way).toBe(to)
        expect([started, 'slots_failed'], way).toContain(await answer(bench.slots.active()))
      }
    })

    it('starts something and tells no lie, whatever was left while it was off', async () => {
      const ways = Object.keys((await make()).damage)
      for (const way of ways) {
        const bench = await running(from)
        await bench.damage[way]?.()
        const started = await start(bench, sets)
        expect(sets, way).toContain(started)
        expect([started, 'slots_failed'], way).toContain(await answer(bench.slots.active()))
      }
    })

    const moments: readonly [string, (slots: Slots) => Promise<void>][] = [
      ['choosing', (slots) => slots.activate(to)],
      ['taking the choice back', (slots) => slots.activate(from)],
    ]
    it.each(moments)('may lose power at any step of %s: the running set still starts', async (what, work) => {
      for (let step = 1; step <= mostSteps; step++) {
        const bench = await running(from)
        if (what !== 'choosing') await bench.slots.activate(to)
        if (!(await bench.cut(step, work))) return expect(step).toBeGreaterThan(1)
        expect(await start(bench, [from]), `step ${step}`).toBe(from)
        expect(await bench.slots.active(), `step ${step}`).toBe(from)
        await bench.slots.activate(to)
        expect(await bench.boot(), `step ${step}`).toBe(to)
      }
      expect.fail(`more than ${mostSteps} steps`)
    })

    const ends: readonly [string, (slots: Slots) => Promise<void>][] = [
      ['confirming', (slots) => slots.validated()],
      ['going back', (slots) => slots.activate(from)],
    ]
    it.each(ends)('may lose power at any step of %s: one of the sets starts and is named', async (_, work) => {
      for (let step = 1; step <= mostSteps; step++) {
        const bench = await running(from)
        await bench.slots.activate(to)
        expect(await bench.boot()).toBe(to)
        if (!(await bench.cut(step, work))) return expect(step).toBeGreaterThan(1)
        const started = await start(bench, sets)
        expect(await bench.slots.active(), `step ${step}`).toBe(started)
        await bench.slots.validated()
        expect(await starts(bench), `step ${step}`).toBe(String(started).repeat(mostStarts))
      }
      expect.fail(`more than ${mostSteps} steps`)
    })
  })
}

/** What came of it; the only error there may be is `slots_failed`. */
async function answer(work: Promise<InstallationSet | void>): Promise<string | undefined> {
  try {
    return (await work) ?? undefined
  } catch (error) {
    if (error instanceof UpdateError && error.code === 'slots_failed') return error.code
    throw error
  }
}

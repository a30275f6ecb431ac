import { type InstanceOrder, instanceKey } from '@windlass/model/unit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Current, plan, type Run, type Step } from './plan.ts'
import { isSameOrder } from './same-order.ts'
import { instanceOrder } from './sample-instances.ts'

const nothingHeld = new Set<string>()
const reachable = true
const has = (...infos: InstanceOrder[]) => new Set(infos.map(({ manifestDigest }) => manifestDigest))
const running = (info: InstanceOrder): Run => ({ info, state: 'running' })
const ended = (info: InstanceOrder): Run => ({ info, state: 'ended' })

describe('plan', () => {
  const one = instanceOrder()
  const two = instanceOrder('web', { version: '2.0.0' })

  it('fetches what is not there, and starts what is', () => {
    expect(plan({ runs: [], images: has(), held: nothingHeld, reachable }, [one])).toEqual([{ do: 'fetch', of: one }])
    expect(plan({ runs: [], images: has(one), held: nothingHeld, reachable }, [one])).toEqual([
      { do: 'start', info: one },
    ])
  })

  it('waits with fetching until the unit can be reached', () => {
    expect(plan({ runs: [], images: has(), held: nothingHeld, reachable: false }, [one])).toEqual([])
  })

  it('leaves alone what runs unchanged', () => {
    expect(plan({ runs: [running(one)], images: has(one), held: nothingHeld, reachable }, [{ ...one }])).toEqual([])
  })

  it('stops what nobody wants, running or ended', () => {
    const runs = [running(one), ended(instanceOrder('db'))]
    expect(plan({ runs, images: has(), held: nothingHeld, reachable }, []).map((step) => step.do)).toEqual([
      'stop',
      'stop',
    ])
  })

  it('lets the former version run until the image of the next one is there', () => {
    const current = { runs: [running(one)], held: nothingHeld, reachable }
    expect(plan({ ...current, images: has(one) }, [two])).toEqual([{ do: 'fetch', of: two }])
    expect(plan({ ...current, images: has(one, two) }, [two])).toEqual([{ do: 'stop', run: running(one) }])
  })

  it('stops and starts an instance whose user, paths, environment or priority changed', () => {
    const changes: Partial<InstanceOrder>[] = [
      { uid: 5001 },
      { gid: 5001 },
      { priority: 1 },
      { storagePath: 'a' },
      { statePath: 'b' },
      { runtimeId: 'other' },
      { envVars: [{ name: 'A', value: '1' }] },
    ]
    for (const change of changes) {
      const next = instanceOrder('web', change)
      const [step] = plan({ runs: [running(one)], images: has(one), held: nothingHeld, reachable }, [next])
      expect(step, JSON.stringify(change)).toEqual({ do: 'stop', run: running(one) })
    }
  })

  it('starts what ended again, but nothing that is held', () => {
    const current = { runs: [ended(one)], images: has(one) }
    expect(plan({ ...current, held: nothingHeld, reachable }, [one])).toEqual([{ do: 'start', info: one }])
    expect(plan({ ...current, held: new Set([instanceKey(one.ident)]), reachable }, [one])).toEqual([])
  })

  it('starts what matters most first, and fetches an image once', () => {
    const low = instanceOrder('low', { priority: 1, manifestDigest: 'sha256:same' })
    const high = instanceOrder('high', { priority: 9, manifestDigest: 'sha256:same' })
    expect(plan({ runs: [], images: has(), held: nothingHeld, reachable }, [low, high])).toEqual([
      { do: 'fetch', of: high },
    ])
    const starts = plan({ runs: [], images: has(low), held: nothingHeld, reachable }, [low, high])
    expect(starts).toEqual([
      { do: 'start', info: high },
      { do: 'start', info: low },
    ])
  })
})

describe('carrying plans out, round by round', () => {
  const ident = fc.record({ item: fc.constantFrom('a', 'b', 'c'), index: fc.nat(2) })
  const info = fc
    .record({ ident, version: fc.constantFrom('1', '2'), uid: fc.constantFrom(5000, 5001) })
    .map((some) => {
      const made = instanceOrder(some.ident.item, { version: some.version, uid: some.uid })
      return { ...made, ident: { ...made.ident, index: some.ident.index } }
    })
  const set = fc.uniqueArray(info, { selector: (order) => instanceKey(order.ident), maxLength: 9 })
  const start = fc.record({ infos: set, ended: fc.array(fc.boolean()), stored: fc.subarray(['a-1', 'a-2', 'b-1']) })

  it('gives what was ordered in at most three rounds, and then nothing is left to do', () => {
    fc.assert(
      fc.property(start, set, (from, desired) => {
        let current: Current = {
          runs: from.infos.map((of, at) => (from.ended[at] ? ended(of) : running(of))),
          images: new Set(from.stored.map((name) => `sha256:${name}`)),
          held: nothingHeld,
          reachable,
        }
        for (let round = 0; round < 3; round += 1) current = after(current, plan(current, desired))
        expect(plan(current, desired)).toEqual([])
        expect(current.runs.every(({ state }) => state === 'running')).toBe(true)
        const keys = (infos: readonly InstanceOrder[]) => infos.map((of) => JSON.stringify(of)).toSorted()
        expect(keys(current.runs.map((run) => run.info))).toEqual(keys(desired))
      }),
    )
  })

  it('never runs an instance twice, and never stops one that is to run on', () => {
    fc.assert(
      fc.property(start, set, (from, desired) => {
        const runs = from.infos.map(running)
        const steps = plan(
          { runs, images: new Set(desired.map((of) => of.manifestDigest)), held: nothingHeld, reachable },
          desired,
        )
        for (const step of steps) {
          if (step.do === 'start') expect(runs.some((run) => sameIdent(run.info, step.info))).toBe(false)
          if (step.do === 'stop') expect(desired.some((of) => isSameOrder(of, step.run.info))).toBe(false)
        }
      }),
    )
  })
})

function after(current: Current, steps: readonly Step[]): Current {
  const runs = new Map(current.runs.map((run) => [instanceKey(run.info.ident), run]))
  const images = new Set(current.images)
  for (const step of steps) {
    if (step.do === 'fetch') images.add(step.of.manifestDigest)
    else if (step.do === 'stop') runs.delete(instanceKey(step.run.info.ident))
    else runs.set(instanceKey(step.info.ident), running(step.info))
  }
  return { ...current, runs: [...runs.values()], images }
}

function sameIdent(one: InstanceOrder, other: InstanceOrder): boolean {
  return instanceKey(one.ident) === instanceKey(other.ident)
}

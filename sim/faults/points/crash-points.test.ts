import { beforeAll, describe, expect, it } from 'vitest'
import { play } from '../play.ts'
import type { Scenario } from '../scenario.ts'
import { type KeyRing, newKeyRing } from '../world/key-ring.ts'
import { courses } from './courses.ts'
import { blowsOf, type Choice, callsOf, crashPoints } from './crash-points.ts'
import { crashPointsInThreads } from './in-threads.ts'

let keys: KeyRing
beforeAll(async () => {
  keys = await newKeyRing()
})

describe('crash points', () => {
  it('are more than 10,000, of every kind in every course that has such calls', async () => {
    let all = 0
    for (const course of courses) {
      const played = await play({ seed: 1, ...course.story }, keys)
      const points = blowsOf[course.of].map(({ faults }) => faults(played).length)
      expect(callsOf(course, played).size).toBeGreaterThan(5)
      for (const count of points) all += count
    }
    expect(all).toBeGreaterThan(10_000)
  })

  it.each([
    ['a download that is aborted', /download --abort--> entry_point/],
    ['one that is taken back while it waits', /00:09:4.* --abort--> entry_point/],
    ['an update that waits for its window', /00:15:.*--> install$/m],
    ['a package from a stick', /prepare_local_install --offered--> validation/],
    ['a package from an address', /direct_download --saved--> prepare_local_install/],
    ['an update that turns out sick', /reverting --reverted--> error/],
  ])('belong to a course that is what it says: %s', async (name, line) => {
    const course = courses.find((one) => one.name === name)
    const { story } = await play(
      { seed: 1, devices: 1, chaosMs: 0, releases: [], orders: [], faults: [], ...course?.story },
      keys,
      { lines: 400 },
    )
    expect(story.join('\n')).toMatch(line)
  })

  it('are each tried once by the seeds below the stride together, and by the pieces from one number to another', async () => {
    const of = courses.filter((course) => course.of === 'fleet')
    const recorded = await play({ seed: 1, devices: 0, ...of[0]?.story } as Scenario, keys)
    const counting = async (choice: Omit<Choice, 'of'>): Promise<number> => {
      let tried = 0
      const replay = async ({ faults }: Scenario) => {
        const counts = new Map(faults.map(({ kind }) => [`struck: ${kind}`, 1]))
        return { ...recorded, counts }
      }
      for await (const one of crashPoints(replay, { of, ...choice })) if ('blow' in one) tried += 1
      return tried
    }
    const all = await counting({})
    const seeds = await Promise.all([0, 1, 2].map((seed) => counting({ stride: 3, seed })))
    expect(all).toBeGreaterThan(300)
    expect(seeds.reduce((sum, count) => sum + count)).toBe(all)
    expect((await counting({ to: 10 })) + (await counting({ from: 11 }))).toBe(all)
    expect((await counting({ worker: 0, workers: 2 })) + (await counting({ worker: 1, workers: 2 }))).toBe(all)
  })

  it('are tried in several threads as in one', async () => {
    const of = courses.filter((course) => course.of === 'fleet')
    const blows: string[] = []
    for await (const one of crashPointsInThreads({ of, to: 4 }, 2)) {
      if ('recorded' in one) blows.push('recorded')
      else blows.push(one.broken ? 'broken' : one.blow)
    }
    expect(blows.sort()).toEqual([...Array(4).fill('fleet killed before the call'), 'recorded'])
  }, 120_000)

  // All of them: `npm run faults`.
  it.each([
    ['agents and the fleet', 199],
    ['units', 1_999],
  ])(
    'of %s survive, one in %i of them',
    async (whose, stride) => {
      const tried = new Set<string>()
      const of = courses.filter((course) => (course.of === 'unit') === (whose === 'units'))
      for await (const one of crashPoints((scenario) => play(scenario, keys), { stride, of })) {
        if ('recorded' in one) continue
        tried.add(one.blow)
        expect(one.broken?.violation, JSON.stringify(one.broken?.scenario)).toBeUndefined()
      }
      expect(tried.size).toBeGreaterThan(3)
    },
    120_000,
  )
})

import { beforeAll, describe, expect, it } from 'vitest'
import { play } from '../play.ts'
import { nodeNumber, type Scenario } from '../scenario.ts'
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

  it('of a unit leave out what is the same: before a call is after the one that its process made just before', async () => {
    const story = courses.find(({ of }) => of === 'unit')?.story as Omit<Scenario, 'seed'>
    const { nodeCalls } = await play({ seed: 1, ...story }, keys)
    const linesOf = async (kind: 'killed' | 'power-cut', side: 'before' | 'after', device: number, after: number) => {
      const fault = { at: 0, device, during: 'always', side, after } as const
      const faults = [kind === 'killed' ? { ...fault, kind } : { ...fault, kind, offMs: 5_000 }]
      const played = await play({ seed: 1, ...story, faults }, keys, { lines: 4_000 })
      return played.story.filter((line) => !/fault \{| at \{/.test(line))
    }
    for (const [node, calls] of nodeCalls.entries()) {
      const somewhere = calls.findIndex(({ atOnce }, index) => atOnce && index > calls.length / 2)
      expect(somewhere).toBeGreaterThan(0)
      for (const kind of ['killed', 'power-cut'] as const) {
        const before = await linesOf(kind, 'before', nodeNumber(0, node), somewhere + 1)
        expect(before).toEqual(await linesOf(kind, 'after', nodeNumber(0, node), somewhere))
      }
    }
  }, 120_000)

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

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProcesses, systemClock } from '@windlass/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeAll } from './three/left-overs.ts'
import { Play } from './three/play.ts'
import { type Faults, type Made, Releases, realityOf } from './three/releases.ts'
import { nodeFolders, unitId } from './three/settings.ts'
import { everywhere, states } from './three/strikes.ts'
import { type ProgramName, ThreeNodes } from './three/three-nodes.ts'

const minutes = 60_000
const clock = systemClock
const processes = nodeProcesses(clock)
const needed = ['ip', 'nsenter', 'nft', 'runc']
const found = await Promise.all(needed.map((tool) => processes.find(tool)))
const missing = process.getuid?.() === 0 ? needed.filter((_, i) => found[i] === undefined) : ['root']
const lacks = missing.length > 0 ? ` (needs ${missing.join(', ')})` : ''

describe.skipIf(lacks)(`one transaction over three nodes${lacks}`, () => {
  let root: string
  let unit: ThreeNodes
  let play: Play

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'windlass-three-'))
    unit = await ThreeNodes.start(root)
    play = await Play.begin(unit, new Releases(unit))
  }, 10 * minutes)

  afterAll(async () => {
    await emptied(unit).catch(() => undefined)
    await unit.close()
    await removeAll(root, processes)
  }, 5 * minutes)

  describe('a release that fails', () => {
    const cases: readonly [string, Faults, string, RegExp][] = [
      [
        'an image that right cannot unpack',
        { services: { back: 'damaged' } },
        'launching|activating',
        /back .* on right: .*/,
      ],
      [
        'firmware of another signer for main',
        { firmware: { main: 'forged' } },
        'installing',
        /node main: .*not signed/,
      ],
      [
        'firmware of another signer for left',
        { firmware: { left: 'forged' } },
        'installing',
        /node left: .*not signed/,
      ],
      ['firmware that is sick on main', { firmware: { main: 'sick' } }, 'launching', /node main: .*firmware-main/],
      ['firmware that is sick on left', { firmware: { left: 'sick' } }, 'launching', /node left: .*firmware-left/],
      ['a service that crashes on left', { services: { front: 'crashes' } }, 'activating', /front .* on left: .*/],
      ['a service that crashes on right', { services: { back: 'crashes' } }, 'activating', /back .* on right: .*/],
      [
        'a service that is not active in time',
        { services: { back: 'never healthy' } },
        'launching|activating',
        /back .* on right: not active within/,
      ],
    ]
    it.each(cases)(
      'for %s comes back everywhere, and is not tried again',
      { timeout: 6 * minutes },
      async (_, faults, during, why) => {
        await fails(() => play.releases.make(faults), during, why)
      },
    )

    it.each(['left', 'right'] as const)(
      'for a configuration that %s cannot keep comes back everywhere',
      { timeout: 6 * minutes },
      async (node) => {
        const { config } = nodeFolders(root, node)
        await rename(config, `${config}.away`)
        await writeFile(config, 'in the way')
        const back = () => rm(config).then(() => rename(`${config}.away`, config))
        const stop = unit.onState((state) => state === 'reverting' && void back())
        await fails(() => play.releases.make(), 'installing', new RegExp(`node ${node}: .*not saved`)).finally(stop)
      },
    )

    it.each([
      ['services-right', 'launching', /right|back/],
      ['services-left', 'launching', /left|front/],
    ] as const)(
      'for %s, gone in the middle, comes back everywhere',
      { timeout: 6 * minutes },
      async (program, when, why) => {
        let away: Promise<void> | undefined
        const stop = unit.onState((state) => {
          if (state === when) away ??= unit.pause(program)
          if (state === 'reverting') void away?.then(() => unit.resume(program))
        })
        await fails(() => play.releases.make(), 'launching|activating', why).finally(stop)
      },
    )

    it('for a node with an update manager that is lost comes back everywhere', { timeout: 6 * minutes }, async () => {
      const stop = unit.onState((state) => {
        if (state === 'installing') void unit.net.cut('left')
        if (state === 'reverting') void unit.net.mend('left')
      })
      await fails(() => play.releases.make(), 'installing|launching', /left/).finally(stop)
    })

    /** The unit says what failed where, is what it was, and refuses to try it again. */
    async function fails(make: Play['releases']['make'], during: string, why: RegExp): Promise<void> {
      const made = await make()
      const seen = unit.moves.length
      await play.releases.order(made)
      expect(await play.untilWhole(made, seen)).toBe('old')
      const moves = unit.moves.slice(seen)
      const failed = moves.find(({ on }) => on === 'failed')
      expect(failed?.from).toMatch(new RegExp(`^(${during})$`))
      expect((await unit.detail()).why).toMatch(why)
      expect(unit.state.at).toBe('none')
      expect(moves.at(-1)).toMatchObject({ from: 'reverting', to: 'none' })
      const [moved, refused] = [unit.moves.length, unit.refusals]
      await play.releases.order(made)
      await unit.until('the release to be refused', () => unit.refusals > refused)
      expect(unit.moves).toHaveLength(moved)
      expect(await play.releases.reality()).toEqual(realityOf(play.before))
    }
  })

  it('kill -9 of each process in each state ends whole', { timeout: 30 * minutes }, async () => {
    const turns = { services: 0, agent: 0, identity: 0 }
    const one = (kind: keyof typeof turns, nodes: readonly ProgramName[]) => async () =>
      unit.killed(nodes[turns[kind]++ % nodes.length] ?? 'unit')
    const strikes = {
      unit: () => unit.killed('unit'),
      services: one('services', ['services-left', 'services-right']),
      agent: one('agent', ['agent-main', 'agent-left']),
      identity: one('identity', ['identity-left', 'identity-right']),
    }
    const ends = await everywhere(play, strikes, { services: { back: 'crashes' } })
    console.log(
      `kills in ${states.length} states: ${ends.length} updates, ${ends.filter((e) => e === 'new').length} arrived`,
    )
    expect(ends).toContain('new')
  })

  it('a partition between the unit and a node in each state ends whole', { timeout: 20 * minutes }, async () => {
    const apart = (node: 'left' | 'right') => async () => {
      await unit.net.cut(node)
      await clock.sleep(2_000)
      await unit.net.mend(node)
    }
    const ends = await everywhere(
      play,
      { left: apart('left'), right: apart('right') },
      { services: { front: 'crashes' } },
    )
    console.log(`partitions: ${ends.length} updates, ${ends.filter((e) => e === 'new').length} arrived`)
    expect(ends).toContain('new')
  })

  it('a newer desired state in each state ends in the newest', { timeout: 10 * minutes }, async () => {
    const queue: Made[] = []
    // The one that is in `finalizing` by then is given up for the next; what comes while it reverts is the last.
    for (const state of states)
      queue.push(await play.releases.make(state === 'reverting' ? { services: { back: 'crashes' } } : {}))
    const waits = [...states]
    const last = await play.releases.make()
    const first = queue.shift() ?? last
    const stop = unit.onState((state) => {
      if (state !== waits[0]) return
      waits.shift()
      void play.releases.order(queue.shift() ?? last)
    })
    await play.releases.order(first)
    await unit.until('each state to have come by', () => waits.length === 0).finally(stop)
    expect(await play.untilWhole(last)).toBe('new')
  })

  it('1,000 desired states in a minute end in the newest, whole', { timeout: 10 * minutes }, async () => {
    const pair = [await play.releases.make(), await play.releases.make()]
    const from = clock.uptime()
    let last = pair[0]
    for (let n = 0; n < 1_000; n += 1) {
      const one = pair[n % 2]
      if (!one) break
      last = await play.releases.again(one, n)
      await play.releases.order(last)
    }
    const took = clock.uptime() - from
    expect(last && (await play.untilWhole(last))).toBe('new')
    console.log(
      `1,000 desired states in ${Math.round(took / 1000)} s, whole ${Math.round((clock.uptime() - from - took) / 1000)} s later`,
    )
  })

  it('converging keeps what arrived, and says what did not', { timeout: 6 * minutes }, async () => {
    await unit.restartUnit('converge')
    const made = await play.releases.make({ services: { back: 'crashes' } })
    const seen = unit.moves.length
    await play.releases.order(made)
    await unit.until('the rest to have arrived', async () => {
      const there = (await play.releases.reality()).filter((what) => !what.startsWith('back'))
      const wanted = realityOf(made).filter((what) => !what.startsWith('back'))
      return there.join() === wanted.join() && unit.state.at === 'none' && (await unit.detail()).standing === 'failed'
    })
    expect((await unit.detail()).why).toMatch(/back .* on right/)
    expect(unit.moves.slice(seen).map(({ to }) => to)).not.toContain('reverting')
  })
})

/** Nothing runs any more: containers would outlive the test. */
async function emptied(unit: ThreeNodes): Promise<void> {
  const { id } = await unit.fleet.addRelease({ name: 'nothing', items: [], instances: [] })
  await unit.fleet.setRelease(unitId, id)
  await unit.until('no service to run', async () =>
    (await unit.detail()).instances.every(({ type }) => type !== 'service'),
  )
}

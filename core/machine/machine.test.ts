import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accepts,
  draw,
  type JournalRecord,
  later,
  MachineError,
  mermaid,
  next,
  Runner,
  readRecord,
  type StateOf,
  type Work,
} from './index.ts'

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error(`expected text, got ${String(value)}`)
  return value
}

const kettle = draw({
  version: 2,
  start: 'cold',
  diagram: {
    cold: { fill: 'heating', boot: 'cold' },
    heating: { boiled: 'hot', stop: 'cold', failed: 'broken', again: 'heating', boot: 'heating' },
    hot: { pour: 'cold', failed: 'broken', boot: 'cold' },
    broken: { mended: 'cold', boot: 'broken' },
  },
  facts: { water: text, why: text },
  keeps: { cold: [], heating: ['water'], hot: ['water'], broken: ['why'] },
  brings: { fill: ['water'], boiled: [], stop: [], failed: ['why'], again: [], pour: [], mended: [], boot: [] },
  orders: ['fill', 'stop', 'pour'],
  rests: ['cold'],
})
type Kettle = typeof kettle
type Ports = { heat: (stop: AbortSignal) => Promise<'boiled' | 'again'> }

const forever = (stop: AbortSignal) =>
  new Promise<never>((_, reject) => stop.addEventListener('abort', () => reject(stop.reason)))
const work: Work<Kettle, Ports> = {
  cold: (_, __, { stop }) => forever(stop),
  heating: async ({ water }, { heat }, { stop, progress, waits }) => {
    progress({ doneBytes: 1, totalBytes: 2 })
    for (const why of ['the water is cold', 'the water is cold']) if (water === 'cold') waits(why)
    return { on: await heat(stop) }
  },
  hot: (_, __, { stop }) => forever(stop),
  broken: async () => later(5_000, { on: 'mended' }),
}

function setUp(heat: Ports['heat'], stored?: JournalRecord<Kettle>) {
  const saved: JournalRecord<Kettle>[] = stored ? [stored] : []
  const slept: number[] = []
  const failures: string[] = []
  let saveFails = 0
  const journal = {
    load: async () => saved.at(-1),
    async save(record: JournalRecord<Kettle>) {
      if (saveFails-- > 0) throw new Error('ENOSPC')
      saved.push(record)
    },
  }
  const clock = {
    async sleep(ms: number, signal?: AbortSignal) {
      slept.push(ms)
      await turn()
      signal?.throwIfAborted()
    },
  }
  const rules = {
    maxMoves: 4,
    failed(error: unknown) {
      const why = error instanceof Error ? error.message : String(error)
      failures.push(why)
      return { on: 'failed', why } as const
    },
  }
  const runner = new Runner<Kettle, Ports>(kettle, work, { heat, journal, clock }, rules)
  const quit = new AbortController()
  const moves: string[] = []
  runner.watch((news) => {
    if (news.kind === 'moved') moves.push(`${news.from.at} --${news.event.on}--> ${news.to.at}`)
    if (news.kind === 'not_saved') moves.push(`not saved: ${news.state.at}`)
  })
  const reach = async (at: string) => {
    for (let i = 0; i < 200 && runner.state.at !== at; i++) await turn()
    expect(runner.state.at).toBe(at)
  }
  return { runner, quit, moves, saved, slept, failures, reach, failSaves: (n: number) => (saveFails = n) }
}

describe('next', () => {
  it('keeps the facts of the state and takes those of the event', () => {
    const heating = next(kettle, { at: 'cold' }, { on: 'fill', water: 'rain' })
    expect(heating).toEqual({ at: 'heating', water: 'rain' })
    expect(next(kettle, heating, { on: 'failed', why: 'no power' })).toEqual({ at: 'broken', why: 'no power' })
  })

  it('throws on an arrow nobody drew', () => {
    expect(() => next(kettle, { at: 'cold' }, { on: 'boiled' })).toThrow('no arrow out of cold on boiled')
  })

  it('any drawn sequence of events ends in a state with exactly its facts', () => {
    const events = fc.constantFrom('fill', 'boiled', 'stop', 'failed', 'again', 'pour', 'mended', 'boot')
    fc.assert(
      fc.property(fc.array(events), (names) => {
        let state: StateOf<Kettle> = { at: 'cold' }
        for (const on of names) {
          if (accepts(kettle, state.at, on)) state = next(kettle, state, { on, water: 'w', why: 'y' } as never)
          expect(Object.keys(state).sort()).toEqual(['at', ...kettle.keeps[state.at]].sort())
        }
      }),
    )
  })
})

describe('draw', () => {
  it('does not compile when an arrow leads nowhere, lacks a fact, or a row lacks boot', () => {
    const base = { version: 1, start: 'a', facts: { fact: text }, orders: [], rests: [] } as const
    const none = { a: [], b: [] } as const
    // @ts-expect-error a --x--> nowhere
    draw({ ...base, diagram: { a: { x: 'c', boot: 'a' }, b: { boot: 'b' } }, keeps: none, brings: { x: [], boot: [] } })
    // @ts-expect-error b has no boot cell
    draw({ ...base, diagram: { a: { x: 'b', boot: 'a' }, b: { x: 'a' } }, keeps: none, brings: { x: [], boot: [] } })
    const hungry = { a: [], b: ['fact'] } as const
    // @ts-expect-error a --x--> nobody brings fact
    draw({
      ...base,
      diagram: { a: { x: 'b', boot: 'a' }, b: { boot: 'b' } },
      keeps: hungry,
      brings: { x: [], boot: [] },
    })
    expect(
      draw({
        ...base,
        diagram: { a: { x: 'b', boot: 'a' }, b: { boot: 'b' } },
        keeps: hungry,
        brings: { x: ['fact'], boot: [] },
      }).start,
    ).toBe('a')
  })
})

describe('a running machine', () => {
  it('saves every state before it acts on it', async () => {
    const seen: string[] = []
    const t = setUp(async () => {
      seen.push(t.saved.at(-1)?.state.at ?? 'nothing')
      return 'boiled'
    })
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    await t.reach('hot')
    expect(seen).toEqual(['heating'])
    t.quit.abort()
    await running
  })

  it('refuses an order that the row lacks, at once and without disturbing the work', async () => {
    const t = setUp((stop) => forever(stop))
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    expect(await t.runner.order({ on: 'pour' })).toEqual({ accepted: false, at: 'heating' })
    expect(t.runner.state.at).toBe('heating')
    t.quit.abort()
    await running
  })

  it('cancels work by an order of its row, and waits for it to end', async () => {
    let ended = false
    const t = setUp(async (stop) => {
      await forever(stop).catch(() => undefined)
      await turn()
      ended = true
      return 'boiled'
    })
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    expect(await t.runner.order({ on: 'stop' })).toEqual({ accepted: true, at: 'heating' })
    expect(ended).toBe(true)
    expect(t.moves).toEqual(['cold --fill--> heating', 'heating --stop--> cold'])
    t.quit.abort()
    await running
  })

  it('does not take it for a failure when work that was stopped throws', async () => {
    const { runner, quit, failures, reach } = setUp((stop) => forever(stop))
    const running = runner.run(quit.signal)
    await runner.order({ on: 'fill', water: 'rain' })
    await reach('heating')
    await runner.order({ on: 'stop' })
    await reach('cold')
    quit.abort()
    await running
    expect(failures).toEqual([])
  })

  it('judges orders one after the other, each by the row it finds', async () => {
    const t = setUp((stop) => forever(stop))
    const running = t.runner.run(t.quit.signal)
    const verdicts = await Promise.all([
      t.runner.order({ on: 'fill', water: 'rain' }),
      t.runner.order({ on: 'fill', water: 'well' }),
      t.runner.order({ on: 'stop' }),
    ])
    expect(verdicts).toEqual([
      { accepted: true, at: 'cold' },
      { accepted: false, at: 'heating' },
      { accepted: true, at: 'heating' },
    ])
    t.quit.abort()
    await running
  })

  it('turns what work throws into failed, and waits before a delayed move', async () => {
    const t = setUp(async () => {
      throw new Error('no power')
    })
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    await t.reach('cold')
    expect(t.moves).toEqual(['cold --fill--> heating', 'heating --failed--> broken', 'broken --mended--> cold'])
    expect(t.slept).toEqual([5_000])
    t.quit.abort()
    await running
  })

  it('fails an update that takes more moves than it may', async () => {
    const t = setUp(async () => 'again')
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    await t.reach('cold')
    expect(t.moves.at(-2)).toBe('heating --failed--> broken')
    expect(t.moves.filter((move) => move.includes('again'))).toHaveLength(4)
    t.quit.abort()
    await running
  })

  it('goes on from the journal, by the boot arrow', async () => {
    const t = setUp((stop) => forever(stop), { version: 2, moves: 3, state: { at: 'hot', water: 'rain' } })
    const running = t.runner.run(t.quit.signal)
    await turn()
    expect(t.runner.state).toEqual({ at: 'cold' })
    t.quit.abort()
    await running
  })

  it('does not act on a state it could not save, and saves it as soon as it can', async () => {
    const t = setUp(async () => 'boiled')
    const running = t.runner.run(t.quit.signal)
    await t.reach('cold')
    t.failSaves(3)
    await t.runner.order({ on: 'fill', water: 'rain' })
    await t.reach('hot')
    expect(t.moves.slice(0, 4)).toEqual([...Array(3).fill('not saved: heating'), 'cold --fill--> heating'])
    expect(t.slept).toEqual([1_000, 2_000, 4_000])
    t.quit.abort()
    await running
  })

  it('tells progress to watchers and forgets it with the state', async () => {
    const t = setUp((stop) => forever(stop))
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    await turn()
    expect(t.runner.progress).toEqual({ doneBytes: 1, totalBytes: 2 })
    await t.runner.order({ on: 'stop' })
    expect(t.runner.progress).toBeUndefined()
    t.quit.abort()
    await running
  })

  it('does not count orders as moves of its own', async () => {
    const t = setUp((stop) => forever(stop))
    const running = t.runner.run(t.quit.signal)
    for (let times = 0; times < 10; times++) {
      expect((await t.runner.order({ on: 'fill', water: 'rain' })).accepted).toBe(true)
      expect((await t.runner.order({ on: 'stop' })).accepted).toBe(true)
    }
    expect(t.failures).toEqual([])
    t.quit.abort()
    await running
  })

  it('answers an order whose state could not be saved before it ends', async () => {
    const t = setUp((stop) => forever(stop))
    const running = t.runner.run(t.quit.signal)
    await t.reach('cold')
    t.failSaves(Infinity)
    const asked = t.runner.order({ on: 'fill', water: 'rain' })
    await turn()
    t.quit.abort()
    await running
    expect(await asked).toEqual({ accepted: false, at: 'cold' })
  })

  it('answers an order that comes just as it ends, and every later one', async () => {
    const t = setUp(async (stop) => {
      await forever(stop).catch(() => undefined)
      t.quit.abort()
      return 'boiled'
    })
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'rain' })
    await turn()
    expect(await t.runner.order({ on: 'stop' })).toEqual({ accepted: false, at: 'heating' })
    await running
    expect((await t.runner.order({ on: 'stop' })).accepted).toBe(false)
  })

  it('tells watchers why work waits, once for each reason, and forgets it with the state', async () => {
    const t = setUp((stop) => forever(stop))
    const told: (string | null)[] = []
    t.runner.watch((news) => news.kind === 'waits' && told.push(news.why))
    const running = t.runner.run(t.quit.signal)
    await t.runner.order({ on: 'fill', water: 'cold' })
    await turn()
    expect(t.runner.waits).toBe('the water is cold')
    await t.runner.order({ on: 'stop' })
    expect(t.runner.waits).toBeNull()
    expect(told).toEqual(['the water is cold'])
    t.quit.abort()
    await running
  })

  it('answers orders that are still waiting when it ends', async () => {
    const t = setUp((stop) => forever(stop))
    const running = t.runner.run(t.quit.signal)
    await t.reach('cold')
    t.quit.abort()
    const late = t.runner.order({ on: 'fill', water: 'rain' })
    await running
    expect((await late).accepted).toBe(false)
  })
})

describe('a journal', () => {
  const upgrades = { 1: (state: Record<string, unknown>) => ({ ...state, water: state['liquid'] }) }

  it('of an older version is taken over', () => {
    const record = readRecord(kettle, upgrades, { version: 1, moves: 2, state: { at: 'heating', liquid: 'rain' } })
    expect(record).toEqual({ version: 2, moves: 2, state: { at: 'heating', water: 'rain' } })
  })

  it('of a newer version, of an unknown state or with a malformed fact is refused, naming it', () => {
    const read = (stored: unknown) => () => readRecord(kettle, upgrades, stored)
    expect(read({ version: 3, moves: 0, state: { at: 'cold' } })).toThrow('expected version 2 or older, got 3')
    expect(read({ version: 2, moves: 0, state: { at: 'toString' } })).toThrow(
      'expected a state of the table, got "toString"',
    )
    expect(read({ version: 2, moves: 0, state: { at: 'hot', water: 7 } })).toThrow('hot.water: expected text, got 7')
    expect(read(null)).toThrow(MachineError)
  })
})

describe('mermaid', () => {
  it('draws events that lead the same way as one arrow, and boot only where it leads elsewhere', () => {
    expect(mermaid(kettle.diagram, kettle.start)).toBe(
      [
        'stateDiagram-v2',
        '  [*] --> cold',
        '  cold --> heating: fill',
        '  heating --> hot: boiled',
        '  heating --> cold: stop',
        '  heating --> broken: failed',
        '  heating --> heating: again',
        '  hot --> cold: pour, boot',
        '  hot --> broken: failed',
        '  broken --> cold: mended',
      ].join('\n'),
    )
  })
})

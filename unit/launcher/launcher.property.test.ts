import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeScene } from './fake-scene.ts'
import { sampleRequest } from './placement/sample-unit.ts'

const nodeIds = ['node1', 'node2', 'node3']
const items = ['a', 'b', 'c']

const node = fc.constantFrom(...nodeIds)
const event = fc.oneof(
  fc.record({ do: fc.constantFrom('away', 'back', 'leaves', 'forgets', 'deaf', 'pauses'), node }),
  fc.record({ do: fc.constant('run'), of: fc.subarray(items), version: fc.constantFrom('1.0.0', '2.0.0') }),
  fc.record({ do: fc.constantFrom('restore', 'confirm', 'cancel', 'crash') }),
  fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 1000, 61_000, 700_000) }),
)
type Happening = typeof event extends fc.Arbitrary<infer T> ? T : never

/** What happens is not waited for: the next may come while the last is still going on. */
class Life {
  readonly scene = new FakeScene()
  #stop = new AbortController()

  begin(): void {
    for (const itemId of items) this.scene.items.set(itemId, { requested: { cpu: 200 } })
    for (const nodeId of nodeIds) this.scene.nodes.add(nodeId)
    this.scene.start()
  }

  async happen(what: Happening): Promise<void> {
    const { scene } = this
    const { nodes } = scene
    if ('node' in what) {
      if (what.do === 'away') nodes.disconnect(what.node)
      if (what.do === 'back') nodes.connect(what.node)
      if (what.do === 'leaves') nodes.remove(what.node)
      if (what.do === 'forgets') nodes.says(what.node, [])
      if (what.do === 'deaf') nodes.silent.add(what.node)
      if (what.do === 'pauses') nodes.change(what.node, { state: 'paused' })
    } else if ('of' in what) this.order(what.of, what.version)
    else if ('ms' in what) await scene.clock.advance(what.ms)
    else if (what.do === 'confirm') await scene.launcher.confirm()
    else if (what.do === 'restore') this.#quietly(scene.launcher.restore(this.#stop.signal))
    else if (what.do === 'crash') scene.restart()
    else this.cancel()
  }

  order(of: readonly string[], version: string): void {
    const { launcher } = this.scene
    const requests = of.map((itemId) =>
      sampleRequest(itemId, 2, { item: { itemId, type: 'service', version, ownerId: 'owner' } }),
    )
    this.cancel()
    const stop = this.#stop.signal
    this.#quietly(launcher.place(requests, stop).then((placement) => launcher.run(placement, stop)))
  }

  cancel(): void {
    this.#stop.abort(new Error('newer'))
    this.#stop = new AbortController()
  }

  /** All nodes are there, and time goes by. */
  async end(): Promise<void> {
    const { nodes, clock } = this.scene
    nodes.silent.clear()
    for (const nodeId of nodeIds) {
      if (!nodes.list().some((one) => one.nodeId === nodeId)) nodes.add(nodeId)
      nodes.disconnect(nodeId)
      nodes.connect(nodeId)
    }
    await clock.advance(30 * 60_000)
  }

  #quietly(work: Promise<void>): void {
    work.catch(() => undefined)
  }
}

describe('whatever happens', () => {
  it('in the end the nodes run what was ordered last, each instance once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 15 }), fc.subarray(items), async (happenings, last) => {
        const life = new Life()
        life.begin()
        for (const what of happenings) await life.happen(what)
        life.order(last, '3.0.0')
        await life.end()
        const running = Object.values(life.scene.nodes.drawn()).flat()
        expect(running.toSorted()).toEqual(last.flatMap((item) => [`${item}/0 3.0.0`, `${item}/1 3.0.0`]))
        expect(life.scene.statuses().filter((line) => !line.endsWith(' active'))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('a confirmed set comes back from anything that was not confirmed', async () => {
    const harmless = event.filter((what) => !('do' in what && (what.do === 'confirm' || what.do === 'restore')))
    await fc.assert(
      fc.asyncProperty(fc.array(harmless, { maxLength: 12 }), async (happenings) => {
        const life = new Life()
        life.begin()
        life.order(items, '1.0.0')
        await life.scene.clock.advance(1000)
        await life.scene.launcher.confirm()
        for (const what of happenings) await life.happen(what)
        life.cancel()
        await life.end()
        await life.happen({ do: 'restore' })
        await life.end()
        const running = Object.values(life.scene.nodes.drawn()).flat()
        expect(running.toSorted()).toEqual(items.flatMap((item) => [`${item}/0 1.0.0`, `${item}/1 1.0.0`]))
      }),
      { numRuns: 100 },
    )
  })
})

import type { SchedulerNotice } from '@windlass/model/unit'
import { FakeRpc } from '@windlass/platform/fakes'
import { schedulerMethods } from '@windlass/wire/aoscore'
import { describe, expect, it } from 'vitest'
import { FakeUnit, order } from '../desired-state/fake-unit.ts'
import { Notices } from './notices.ts'
import { serveScheduler } from './scheduler-service.ts'

async function served() {
  const unit = new FakeUnit()
  const update = unit.boot()
  const quit = new AbortController()
  void update.run(quit.signal)
  await unit.clock.advance(0)
  const notices = new Notices(update, { items: () => unit.items, componentType: () => 'rootfs' })
  const rpc = new FakeRpc()
  const server = await rpc.listen('unit:0', null, (handlers) => serveScheduler(handlers, update, notices))
  return { unit, update, client: rpc.connect(`unit:${server.port}`, null), quit }
}

describe('the update scheduler', () => {
  it('refuses to start what does not wait, with the words clients know', async () => {
    const { client } = await served()
    await expect(client.call(schedulerMethods.startFota, {})).rejects.toThrow(
      'event startUpdate inappropriate in current state none',
    )
  })

  it('starts what waits, and tells every field on the way', async () => {
    const { unit, update, client } = await served()
    const heard: SchedulerNotice[] = []
    const gone = new AbortController()
    const listening = (async () => {
      for await (const notice of client.feed(schedulerMethods.notifications, {}, gone.signal)) heard.push(notice)
    })()
    await unit.clock.advance(0)
    const taken = update.accept(order({ component: '2.0.0' }, { fotaSchedule: { type: 'trigger', ttlSeconds: 0 } }))
    await unit.clock.advance(0)
    await taken
    const started = client.call(schedulerMethods.startFota, {})
    await unit.clock.advance(60_000)
    await started
    gone.abort()
    await listening
    const components = [{ componentId: 'rootfs', componentType: 'rootfs', version: '2.0.0' }]
    expect(heard).toEqual([
      { part: 'fota', state: 'no_update', components: [] },
      { part: 'sota', state: 'no_update', install: [], remove: [], rebalance: false },
      { part: 'fota', state: 'downloading', components },
      { part: 'fota', state: 'ready_to_update', components },
      { part: 'fota', state: 'updating', components },
      { part: 'fota', state: 'no_update', components: [] },
    ])
  })

  it('S29 serves the others when a subscriber leaves', async () => {
    const { unit, client } = await served()
    const [first, second] = [new AbortController(), new AbortController()]
    const states: string[] = []
    const listen = async (gone: AbortController) => {
      for await (const { state } of client.feed(schedulerMethods.notifications, {}, gone.signal)) states.push(state)
    }
    const both = [listen(first), listen(second)]
    await unit.clock.advance(0)
    first.abort()
    await both[0]
    await unit.clock.advance(0)
    expect(states).toHaveLength(4)
    second.abort()
    await both[1]
  })

  it('keeps the newest for a subscriber that reads slowly', async () => {
    const { unit, update, client } = await served()
    const gone = new AbortController()
    const feed = client.feed(schedulerMethods.notifications, {}, gone.signal)[Symbol.asyncIterator]()
    await feed.next()
    for (let n = 1; n <= 30; n += 1) {
      const taken = update.accept(order({ component: `2.0.${n}` }))
      await unit.clock.advance(10_000)
      await taken
    }
    const rest: SchedulerNotice[] = []
    for (let n = 0; n < 16; n += 1) rest.push((await feed.next()).value as SchedulerNotice)
    expect(rest.at(-1)).toMatchObject({ part: 'fota', state: 'no_update' })
    expect(rest.some(({ part }) => part === 'sota')).toBe(true)
    gone.abort()
  })
})

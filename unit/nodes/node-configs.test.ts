import type { NodeFact, NodeOrder, UnitConfig } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { FakeServiceManager } from './fake-service-manager.ts'
import { NodeConfigs } from './node-configs.ts'
import { NodeSession } from './node-session.ts'
import { UnitConfigFile } from './unit-config-file.ts'

const configOf = (version: string): UnitConfig => ({ version, formatVersion: '7', nodes: [] })
const stop = new AbortController().signal

/** A unit whose configuration is 1.0.0, and nodes that come when they are called. */
async function scene() {
  const file = await UnitConfigFile.open(new FakeFiles(), '/unit.cfg')
  await file.set(configOf('1.0.0'))
  const sessions: NodeSession[] = []
  const nodes = () => sessions.map((session) => ({ session, nodeType: 'any' }))
  const configs = new NodeConfigs(
    file,
    nodes,
    createLog([], () => 0),
  )
  const come = (nodeId: string) => {
    const manager = new FakeServiceManager(nodeId)
    manager.config = { version: '1.0.0', state: 'installed' }
    const link = manager.dial()
    const info = { kind: 'sm_info', nodeId, runtimes: [], resources: [] } as const satisfies NodeFact
    const session = new NodeSession(info, link, new FakeClock())
    void (async () => {
      for await (const fact of link) if (!(fact instanceof Error)) session.heard(fact)
    })()
    sessions.push(session)
    return { manager, session, brought: configs.bring(session, 'any') }
  }
  return { configs, come }
}

const setIn = ({ heard }: FakeServiceManager) =>
  heard.flatMap((order: NodeOrder) => (order.kind === 'set_node_config' ? [order.version] : []))

it('a node that comes while others are asked is told the new configuration, too', async () => {
  const { configs, come } = await scene()
  const first = come('first')
  await first.brought
  const updating = configs.update(configOf('2.0.0'), stop)
  const second = come('second')
  await Promise.all([updating, second.brought])
  expect([setIn(first.manager), setIn(second.manager).at(-1)]).toEqual([['2.0.0'], '2.0.0'])
})

it('a node that was only asked whether it would take it does not count as one that has it', async () => {
  const { configs, come } = await scene()
  const [sound, refusing] = [come('sound'), come('refusing')]
  await Promise.all([sound.brought, refusing.brought])
  refusing.manager.refusal = 'no'
  await expect(configs.update(configOf('2.0.0'), stop)).rejects.toMatchObject({ code: 'config_refused' })
  refusing.manager.refusal = undefined
  await configs.update(configOf('2.0.0'), stop)
  expect([setIn(sound.manager), setIn(refusing.manager)]).toEqual([['2.0.0'], ['2.0.0']])
})

it('a node that took the new configuration late is given the old one back as well', async () => {
  const { configs, come } = await scene()
  const [failing, slow] = [come('failing'), come('slow')]
  await Promise.all([failing.brought, slow.brought])
  failing.manager.cannotKeep = true
  slow.manager.late = []
  const updating = configs.update(configOf('2.0.0'), stop)
  const back = updating.catch(() => configs.restore(configOf('1.0.0')))
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (const answer of slow.manager.late.splice(0)) answer()
  slow.manager.late = undefined
  await expect(updating).rejects.toThrow('node failing: not saved')
  failing.manager.cannotKeep = false
  await back
  expect([failing.manager.config.version, slow.manager.config.version]).toEqual(['1.0.0', '1.0.0'])
})

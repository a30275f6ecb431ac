import { describe, expect, it } from 'vitest'
import { until } from '../runtime/until.ts'
import { QuotaDisk } from '../storage/quota-disk.ts'
import { bestRuntime, nodeOn, says, writer } from './storing-services.ts'

const runtime = await bestRuntime()
const patiently = { timeout: 400_000 }

describe.skipIf(process.getuid?.() !== 0)(`a node whose filesystem keeps none, with ${runtime} (as root)`, () => {
  it('says so, and measures', patiently, async () => {
    await using disk = await QuotaDisk.make('without quotas')
    await using node = await nodeOn(disk, runtime)
    await node.start()
    expect(node.said()).toMatch(/quotas are measured only.*is mounted without the option prjquota/)
    const greedy = writer(node, 'greedy', 1000)
    node.unit.order(greedy)
    await says(node, greedy, 'all')
    const alert = await until(async () => node.unit.told('alert')[0]?.alert)
    expect(alert).toMatchObject({ kind: 'instance_quota', ident: { itemId: 'greedy' }, status: 'raise' })
    node.unit.order({ ...writer(node, 'greedy', 1001), version: '2.0.0' })
    await node.reaches('greedy', 'failed')
    const told = [...node.unit.told('instances_changed'), ...node.unit.told('node_instances')].flatMap(
      (fact) => fact.instances,
    )
    expect(told.map(({ error }) => error?.message)).toContainEqual(expect.stringContaining('the quota is 200000'))
  })
})

import { stat } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { nodeProcesses } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { until } from '../runtime/until.ts'
import { firstProject } from '../storage/find-quotas.ts'
import { ProjectQuotas } from '../storage/project-quotas.ts'
import { lacksQuotas, QuotaDisk } from '../storage/quota-disk.ts'
import { bestRuntime, nodeOn, says, writer } from './storing-services.ts'

const runtime = await bestRuntime()
const patiently = { timeout: 400_000 }
const lacks = await lacksQuotas()

describe.skipIf(lacks)(`a node whose filesystem keeps quotas, with ${runtime}${lacks}`, patiently, () => {
  it('stops a service at its quota, lets the others go on, tells of it, and forgets a service that is removed', async () => {
    await using disk = await QuotaDisk.make('with quotas')
    const quotas = new ProjectQuotas(disk.folder, nodeProcesses())
    await using node = await nodeOn(disk, runtime)
    await node.start()
    expect(node.said()).toContain('quotas are kept by the filesystem')
    const greedy = writer(node, 'greedy', 1000)
    const modest = writer(node, 'modest', 100)
    node.unit.order(greedy, modest)
    await says(node, greedy, 'stopped')
    expect(node.log(greedy)).toMatch(/[Qq]uota exceeded/)
    await says(node, modest, 'all')
    expect(new Set((await quotas.projects()).keys())).toEqual(new Set([firstProject + 1, firstProject + 2]))

    const alert = await until(async () => node.unit.told('alert')[0]?.alert)
    expect(alert).toMatchObject({
      kind: 'instance_quota',
      ident: { itemId: 'greedy' },
      parameter: 'storages',
      status: 'raise',
    })

    const folder = join(node.folder, 'storages/greedy/subject/0')
    const project = await quotas.projectOf(folder)
    await node.stop()
    await node.start()
    node.unit.order({ ...writer(node, 'greedy', 1001), version: '2.0.0' }, modest)
    await until(async () => (node.log(greedy).match(/stopped/g)?.length === 2 ? true : undefined))
    expect(await quotas.projectOf(folder)).toBe(project)

    node.unit.order(modest)
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1100))
      node.unit.order(modest)
      return (await quotas.projects()).has(project) ? undefined : true
    })
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(node.unit.state('modest')).toBe('active')
  })
})

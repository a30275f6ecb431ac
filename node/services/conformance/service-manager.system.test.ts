import { readFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { gunzipSync } from 'node:zlib'
import { nodeProcesses } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { detectRuntimes } from '../runtime/detect.ts'
import { until } from '../runtime/until.ts'
import { RealNode } from './real-node.ts'

const found = await detectRuntimes(nodeProcesses())
/** The machine may be busy with much else. */
const patiently = { timeout: 400_000 }
const forEver = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
const alive = (name: string) => `: ${name}; echo started; ${forEver}`

for (const type of ['crun', 'runc', 'process'] as const) {
  if (type !== 'process' && found[type] === undefined) {
    it.skip(`${type}: no such program in PATH`, () => undefined)
    continue
  }
  describe(`the service manager as a process, with ${type}`, patiently, () => {
    it('runs what is ordered, and nothing else', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      const web = node.service('web', alive(node.mark('mark-web')))
      node.unit.order(web, node.service('db', alive(node.mark('mark-db'))))
      await node.reaches('web', 'active')
      await node.reaches('db', 'active')
      node.unit.order(web)
      await until(async () => ((await node.processes(node.mark('mark-db'))).length === 0 ? true : undefined))
      await node.runs('mark-web')
    })

    it('killed by kill -9 neither stops nor doubles a service, and is told exit codes of its absence', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      const web = node.service('web', alive(node.mark('mark-kill')))
      const oneShot = node.service('job', 'sleep 3; exit 5', {
        runParameters: { startBurst: 1, restartIntervalMs: 60_000 },
      })
      node.unit.order(web, oneShot)
      await node.reaches('web', 'active')
      await node.reaches('job', 'active')
      const before = [await node.runs('mark-kill')]
      await node.kill()
      await new Promise((resolve) => setTimeout(resolve, 4000))
      expect(await node.processes(node.mark('mark-kill'))).toEqual(before)
      node.unit.facts.length = 0
      await node.start()
      await node.reaches('web', 'active')
      await node.reaches('job', 'failed')
      const facts = node.unit.facts.flatMap((fact) => (fact.kind === 'node_instances' ? fact.instances : []))
      const job = facts.find(({ ident, error }) => ident.itemId === 'job' && error)
      expect(job?.error).toMatchObject({ exitCode: 5 })
      expect(await node.processes(node.mark('mark-kill'))).toEqual(before)
      expect(node.log(web)).toBe('started\n')
    })

    it('killed in the middle of an order carries it out when it is back, whatever was done already', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      const orders = Array.from({ length: 6 }, (_, at) => node.service(`item${at}`, alive(node.mark(`mid-${at}`))))
      node.unit.order(...orders)
      for (const wait of [30, 60, 120]) {
        await new Promise((resolve) => setTimeout(resolve, wait))
        await node.kill()
        await node.start()
      }
      for (const [at] of orders.entries()) await node.reaches(`item${at}`, 'active')
      for (const [at] of orders.entries()) await node.runs(`mid-${at}`)
    })

    it('L24: starts a service again that died, after a second', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      const web = node.service(
        'web',
        `echo started; ${forEver.replace('exit 0', 'exit 3')}; : ${node.mark('mark-dies')}`,
      )
      node.unit.order(web)
      await node.reaches('web', 'active')
      process.kill(await node.runs('mark-dies'), 'SIGKILL')
      await node.reaches('web', 'failed')
      await node.reaches('web', 'active')
      // A shell may say in between that it was killed.
      await until(async () => node.log(web).match(/^started$/gm)?.length === 2 || undefined)
      expect(node.unit.told('alert').length).toBe(1)
    })

    it('gives up a service that dies at once, until the next order', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      const web = node.service('web', 'exit 9', {
        runParameters: { startBurst: 2, startIntervalMs: 60_000, restartIntervalMs: 100 },
      })
      node.unit.order(web)
      const isGivenUp = () =>
        node.unit
          .told('instances_changed')
          .some(({ instances }) => instances.some(({ error }) => error?.message.includes('given up') === true))
      await until(async () => isGivenUp() || undefined)
    })

    it('gives instances their environment', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      const plain = node.service('web', `env; echo end; ${forEver}`, {}, { env: ['A=image', 'B=image'] })
      const order = { ...plain, envVars: [{ name: 'B', value: 'the cloud s' }] }
      node.unit.order(order)
      await until(async () => (node.unit.state('web') === 'active' && node.log(order).includes('end')) || undefined)
      const env = node.log(order)
      for (const pair of [
        'A=image',
        'B=the cloud s',
        'AOS_ITEM_ID=web',
        'AOS_SUBJECT_ID=subject',
        'AOS_INSTANCE_INDEX=0',
      ]) {
        expect(env).toContain(pair)
      }
      expect(env).toMatch(/AOS_INSTANCE_ID=[0-9a-f-]{36}/)
    })

    it('C15: gives the log of an instance on request', async () => {
      await using node = await RealNode.make(type)
      await node.start()
      node.unit.order(node.service('web', `echo one; echo two >&2; ${forEver}`))
      await node.reaches('web', 'active')
      await until(async () => {
        node.unit.send({ kind: 'instance_log', correlationId: 'c', filter: { itemId: 'web' } })
        await new Promise((resolve) => setTimeout(resolve, 100))
        const [part] = node.unit.told('log').slice(-1)
        return part?.status === 'ok' && gunzipSync(part.data).toString() === 'one\ntwo\n' ? true : undefined
      })
    })
  })
}

describe('a service manager that is not root', patiently, () => {
  it('runs services as plain processes, through kill -9 and a new version', async () => {
    await using node = await RealNode.make('process', 'nobody')
    await node.start()
    const one = node.service('web', alive(node.mark('one')))
    node.unit.order(one)
    await node.reaches('web', 'active')
    await node.kill()
    await node.start()
    expect(await node.processes(node.mark('one'))).toHaveLength(1)
    node.unit.order({ ...node.service('web', alive(node.mark('two'))), version: '2.0.0' })
    await until(async () => ((await node.processes(node.mark('two'))).length === 1 ? true : undefined))
    expect(await node.processes(node.mark('one'))).toEqual([])
  })
})

describe('a container s surroundings', patiently, () => {
  const type = found.crun === undefined ? 'runc' : 'crun'

  it('L15: a new version has the storage, the state and the user of the old one', async () => {
    await using node = await RealNode.make(type)
    await node.start()
    const item = { quotas: { storage: 100_000, state: 1000 } }
    const paths = { storagePath: 'web/subject/0', statePath: 'web/subject/0/state.dat' }
    const one = {
      ...node.service('web', `echo kept > /storage/x; echo state > /state.dat; echo done; ${forEver}`, item),
      ...paths,
    }
    node.unit.order(one)
    await until(async () => (node.unit.state('web') === 'active' && node.log(one).includes('done')) || undefined)
    const two = { ...node.service('web', `cat /storage/x /state.dat; ${forEver}`, item), ...paths, version: '2.0.0' }
    node.unit.order(two)
    await until(async () => node.log(two).endsWith('kept\nstate\n') || undefined)
    expect(await readFile(join(node.folder, 'storages/web/subject/0/x'), 'utf8')).toBe('kept\n')
  })

  it('a service that holds more than its quota is not started again', async () => {
    await using node = await RealNode.make(type)
    await node.start()
    const item = { quotas: { storage: 10_000 }, runParameters: { restartIntervalMs: 100 } }
    const script = 'i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done > /storage/x; exit 1'
    node.unit.order({ ...node.service('web', script, item), storagePath: 'web/subject/0' })
    const isRefused = () =>
      node.unit
        .told('instances_changed')
        .some(({ instances }) => instances.some(({ error }) => error?.message.includes('the quota is 10000') === true))
    await until(async () => isRefused() || undefined)
  })

  it('services of one owner find one another by name', async () => {
    await using node = await RealNode.make(type)
    await node.start()
    const server = node.service(
      'server',
      'while :; do echo hello | nc -l -p 80; done',
      {},
      { exposedPorts: ['80/tcp'] },
    )
    const client = node.service(
      'client',
      `while ! nc -w 1 0.subject.server 80 </dev/null; do sleep 0.2; done; ${forEver}`,
    )
    node.unit.order(server, client)
    await node.reaches('client', 'active')
    await until(async () => node.log(client).includes('hello') || undefined)
  })

  it('an image s own health check decides when it is active, and ends it when it is sick', async () => {
    await using node = await RealNode.make(type)
    await node.start()
    const health = {
      command: ['/bin/cat', '/tmp/well'],
      intervalMs: 200,
      timeoutMs: 30_000,
      startPeriodMs: 60_000,
      retries: 2,
    }
    const web = node.service('web', `sleep 2; touch /tmp/well; sleep 4; rm /tmp/well; ${forEver}`, {}, { health })
    node.unit.order(web)
    await node.reaches('web', 'activating')
    await node.reaches('web', 'active')
    await node.reaches('web', 'failed')
    await node.reaches('web', 'active')
  })

  it('monitoring tells memory and traffic of each container', async () => {
    await using node = await RealNode.make(type)
    await node.start()
    node.unit.order(node.service('web', forEver))
    await node.reaches('web', 'active')
    node.unit.facts.length = 0
    await node.stop()
    await node.start()
    const instance = await until(async () => node.unit.told('monitoring').flatMap(({ instances }) => instances)[0])
    expect(instance.usage.ram).toBeGreaterThan(10_000)
  })
})

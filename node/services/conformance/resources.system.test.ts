import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path/posix'
import type { InstanceOrder } from '@windlass/model/unit'
import { nodeProcesses } from '@windlass/platform'
import { describe, expect, it, onTestFinished } from 'vitest'
import { detectRuntimes } from '../runtime/detect.ts'
import { until } from '../runtime/until.ts'
import { RealNode } from './real-node.ts'

const processes = nodeProcesses()
const found = await detectRuntimes(processes)
const patiently = { timeout: 400_000 }
const rest = "echo end; trap 'exit 0' TERM; sleep 100000 & wait"
const group = 4711

/** A character device of this machine with this number, for whoever is in the group. */
async function makeDevice(path: string, number: string): Promise<void> {
  const { code, stderr } = await processes.run({ command: 'mknod', args: [path, 'c', ...number.split(':')] })
  if (code !== 0) throw new Error(stderr)
  await chown(path, 0, group)
  await chmod(path, 0o660)
}
/** Every container may use the first two, none the last one (`loop-control`). */
const [zero, full, own] = ['1:5', '1:7', '10:237']

async function nodeWith(type: 'crun' | 'runc', resources: (folder: string, dev: string) => unknown) {
  const node = await RealNode.make(type)
  const dev = `/dev/windlass-${basename(node.folder)}`
  onTestFinished(() => rm(dev, { recursive: true, force: true }))
  await mkdir(join(dev, 'more'), { recursive: true })
  await makeDevice(join(dev, 'full'), full)
  await makeDevice(join(dev, 'zero'), zero)
  await makeDevice(join(dev, 'own'), own)
  await makeDevice(join(dev, 'more/zero'), zero)
  await writeFile(join(node.folder, 'calibration'), 'sharp\n')
  await writeFile(join(node.folder, 'resources.cfg'), JSON.stringify(resources(node.folder, dev)))
  await node.start()
  return { node, dev }
}

function asks(node: RealNode, name: string, script: string, resources: { name: string; mode: string }[]) {
  return node.service(name, `${script}; ${rest}`, { resources })
}

async function saidBy(node: RealNode, order: InstanceOrder): Promise<string> {
  await until(
    async () => (node.unit.state(order.ident.itemId) === 'active' && node.log(order).includes('end')) || undefined,
  )
  return node.log(order)
}

for (const type of ['crun', 'runc'] as const) {
  if (found[type] === undefined || process.getuid?.() !== 0) {
    it.skip(`resources of a node, with ${type}: lacks ${found[type] === undefined ? type : 'root'}`, () => undefined)
    continue
  }
  describe(`resources of a node, with ${type}`, patiently, () => {
    it('are lent to who asks for them: devices, groups, mounts, environment, hosts; nobody else sees them', async () => {
      const { node } = await nodeWith(type, (folder, dev) => [
        {
          name: 'camera',
          sharedCount: 2,
          devices: [`${dev}/full:/dev/cam:rw`, `${dev}/own:/dev/lens:r`, `${dev}/more:/dev/more:rw`],
          groups: [String(group)],
          mounts: [
            { type: 'bind', source: join(folder, 'calibration'), destination: '/etc/calibration', options: ['ro'] },
          ],
          envs: ['CAMERA=/dev/cam'],
          hosts: [{ hostname: 'gimbal', ip: '192.168.7.9' }],
        },
      ])
      await using _node = node
      const script = `echo picture > $CAMERA; : < /dev/lens && echo opened; echo x > /dev/lens
        echo x > /dev/more/zero && echo written; cat /etc/calibration /etc/hosts; id`
      const owner = asks(node, 'owner', script, [{ name: 'camera', mode: '' }])
      const other = asks(node, 'other', 'ls /dev/cam; echo CAMERA=$CAMERA; cat /etc/hosts', [])
      node.unit.order(owner, other)
      const said = await saidBy(node, owner)
      expect(said).toMatch(/write error: No space left on device/)
      expect(said).toMatch(/^opened$/m)
      expect(said).toMatch(/can't create \/dev\/lens: Operation not permitted/)
      expect(said).toMatch(/^written$/m)
      expect(said).toMatch(/^sharp$/m)
      expect(said).toMatch(/^192\.168\.7\.9 gimbal$/m)
      expect(said).toMatch(new RegExp(`groups=.*${group}`))
      const strange = await saidBy(node, other)
      expect(strange).toMatch(/\/dev\/cam: No such file/)
      expect(strange).toMatch(/^CAMERA=$/m)
      expect(strange).not.toContain('gimbal')
    })
  })
}

const runtime = found.crun === undefined ? 'runc' : 'crun'
const lacks = found[runtime] === undefined || process.getuid?.() !== 0 ? ': lacks root, crun or runc' : ''

describe.skipIf(lacks)(`resources of a node${lacks}`, patiently, () => {
  it('that are not there fail the instance with a code, the unit gets an alert, and the next order finds them', async () => {
    const { node, dev } = await nodeWith(runtime, (_folder, at) => [
      { name: 'radio', devices: [`${at}/radio`], groups: [String(group)] },
    ])
    await using _node = node
    const late = asks(node, 'late', 'true', [{ name: 'radio', mode: 'rw' }])
    const never = asks(node, 'never', 'true', [{ name: 'submarine', mode: '' }])
    node.unit.order(late, never)
    await node.reaches('late', 'failed')
    await node.reaches('never', 'failed')
    const alerts = node.unit.told('alert').map(({ alert }) => alert)
    expect(alerts).toContainEqual(
      expect.objectContaining({
        kind: 'resource_allocate',
        resource: 'radio',
        message: expect.stringContaining(`expected a device at ${dev}/radio, got nothing`),
      }),
    )
    expect(alerts).toContainEqual(expect.objectContaining({ kind: 'resource_allocate', resource: 'submarine' }))
    await makeDevice(join(dev, 'radio'), zero)
    node.unit.order(late, never)
    await node.reaches('late', 'active')
    expect(node.unit.state('never')).toBe('failed')
  })

  it('go from one to another in one order, and are never with more than share them', async () => {
    const { node } = await nodeWith(runtime, (_folder, dev) => [
      { name: 'camera', sharedCount: 1, devices: [`${dev}/zero:/dev/cam`], groups: [String(group)] },
    ])
    await using _node = node
    const camera = [{ name: 'camera', mode: '' }]
    const [one, two] = [asks(node, 'one', 'true', camera), asks(node, 'two', ': two', camera)]
    node.unit.order(one)
    await node.reaches('one', 'active')
    node.unit.order(two)
    await node.reaches('two', 'active')
    await node.kill()
    await node.start()
    node.unit.order(two, one)
    await node.reaches('one', 'failed')
    const facts = [...node.unit.told('instances_changed'), ...node.unit.told('node_instances')]
    const errors = facts.flatMap(({ instances }) => instances.map(({ error }) => error?.message))
    expect(errors).toContainEqual(expect.stringContaining('expected a free share, all 1 are taken'))
  })
})

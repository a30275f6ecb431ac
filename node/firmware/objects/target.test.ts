import { describe, expect, it } from 'vitest'
import { FakeMounts } from './fake-mounts.ts'
import type { Mount } from './mounts.ts'
import { fakePorts } from './objects-fixture.ts'
import { requireTarget, type Use } from './target.ts'

const sda = '/sys/class/block'

/**
 * A disk sda of two partitions; the second carries a logical volume dm-0; loop0 shows the file /images/a, loop1 the first
 * partition.
 */
function machine(mounted: Partial<Mount>[] = []) {
  const mounts = new FakeMounts(
    mounted.map((m) => ({ device: '0:99', source: 'none', folder: '/m', filesystem: 'x', ...m })),
  )
  const ports = { ...fakePorts(), mounts }
  const { files } = ports
  for (const name of ['sda', 'sda1', 'sda2', 'dm-0', 'loop0', 'loop1']) {
    files.addDevice(`/dev/${name}`, 1000)
  }
  const ids = { sda: 1, sda1: 2, sda2: 3, 'dm-0': 4, loop0: 5, loop1: 6 }
  for (const [name, minor] of Object.entries(ids)) files.put(`${sda}/${name}/dev`, `7:${minor}\n`)
  files.put(`${sda}/sda/sda1/dev`, '7:2\n')
  files.put(`${sda}/sda/sda2/dev`, '7:3\n')
  files.put(`${sda}/sda2/holders/dm-0`, '')
  files.put(`${sda}/loop0/loop/backing_file`, '/images/a\n')
  files.put(`${sda}/loop1/loop/backing_file`, '/dev/sda1\n')
  files.put('/images/a', 'image')
  files.put('/images/b', 'image')
  return ports
}

function check(ports: ReturnType<typeof machine>, target: string, use: Use = 'exclusive') {
  return requireTarget({ targetType: 'device', target }, use, ports)
}

describe('a target', () => {
  it('has a capacity when it is a device, a length when it is a file', async () => {
    const ports = machine()
    expect(await check(ports, '/dev/sda1')).toEqual({ path: '/dev/sda1', kind: 'block', size: 1000 })
    expect(await check(ports, '/images/a')).toEqual({ path: '/images/a', kind: 'file', size: 5 })
  })

  it.each([
    ['itself', '/dev/sda1', '7:2'],
    ['a partition of it', '/dev/sda', '7:2'],
    ['the disk it is a partition of', '/dev/sda1', '7:1'],
    ['a volume on it', '/dev/sda2', '7:4'],
    ['a volume on a partition of it', '/dev/sda', '7:4'],
    ['a loop device on it', '/dev/sda1', '7:6'],
    ['a loop device of the file', '/images/a', '7:5'],
  ])('is busy when %s is mounted', async (_, target, device) => {
    const busy = check(machine([{ device, folder: '/srv/data' }]), target)
    await expect(busy).rejects.toMatchObject({ code: 'target_busy' })
    await expect(busy).rejects.toThrow('/srv/data')
  })

  it.each([
    ['its sibling', '/dev/sda1', '7:3'],
    ['a volume on its sibling', '/dev/sda1', '7:4'],
    ['a loop device of another file', '/images/b', '7:5'],
  ])('is free when only %s is mounted', async (_, target, device) => {
    await expect(check(machine([{ device }]), target)).resolves.toBeDefined()
  })

  it('is busy when a filesystem with a number of its own was mounted from it', async () => {
    const ports = machine([{ device: '0:44', source: '/dev/sda2', filesystem: 'btrfs' }])
    await expect(check(ports, '/dev/sda2')).rejects.toMatchObject({ code: 'target_busy' })
  })

  it('may be mounted when it is written through a filesystem, but not as the root', async () => {
    await expect(check(machine([{ device: '7:2' }]), '/dev/sda1', 'shared')).resolves.toBeDefined()
    await expect(check(machine([{ device: '7:2', folder: '/' }]), '/dev/sda1', 'shared')).rejects.toMatchObject({
      code: 'target_busy',
    })
  })

  it('must be a path to a device or file', async () => {
    const ports = machine()
    for (const target of ['/dev/absent', '/images', 'dev/sda1', 'ubi0:rootfs', '']) {
      await expect(check(ports, target)).rejects.toMatchObject({ code: 'target_invalid' })
    }
  })

  it.each(['mtdname', 'ubivolume'] as const)('of type %s is refused', async (targetType) => {
    const refused = requireTarget({ targetType, target: 'rootfs' }, 'exclusive', machine())
    await expect(refused).rejects.toThrow(`expected target-type device, got ${targetType}`)
  })
})

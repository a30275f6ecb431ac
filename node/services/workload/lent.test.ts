import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { lend } from './lent.ts'
import type { NodeResource } from './node-resources.ts'
import { Shares } from './shares.ts'

const nothing: NodeResource = { name: 'x', sharedCount: 0, mounts: [], env: [], devices: [], groups: [], hosts: [] }

async function files(): Promise<FakeFiles> {
  const disk = new FakeFiles()
  await disk.replace('/etc/group', 'root:x:0:\nvideo:x:44:somebody\n')
  await disk.replace('/data/file', '')
  return disk
}

it('groups are numbers of this node, and mounts are what lies there', async () => {
  const mounts = ['/data', '/data/file'].map((from) => ({ from, to: `/in${from}`, writable: false }))
  const resource = { ...nothing, groups: ['video', '1001'], mounts, env: ['A=1'] }
  expect(await lend({ resource, mode: '' }, await files())).toEqual({
    gids: [44, 1001],
    binds: [
      { from: '/data', to: '/in/data', kind: 'folder', writable: false },
      { from: '/data/file', to: '/in/data/file', kind: 'file', writable: false },
    ],
    env: ['A=1'],
    devices: [],
    hosts: [],
  })
})

it.each([
  ['not_found', { groups: ['audio'] }, '', 'no group "audio"'],
  ['device_absent', { mounts: [{ from: '/no', to: '/in', writable: true }] }, '', 'no /no now'],
  ['device_absent', { devices: [{ from: '/dev/no', to: '/dev/no', access: 'rw' }] }, '', 'got nothing'],
  ['device_absent', { devices: [{ from: '/data/file', to: '/dev/no', access: 'rw' }] }, '', 'got a file'],
  ['refused', { devices: [{ from: '/dev/no', to: '/dev/no', access: 'r' }] }, 'w', 'some of "r"'],
])('what cannot be given is told: %s', async (code, part, mode, said) => {
  const lent = lend({ resource: { ...nothing, ...part }, mode }, await files())
  await expect(lent).rejects.toMatchObject({ code, message: expect.stringContaining(said) })
})

it('not more services have a resource at a time than share it', async () => {
  const clock = new FakeClock()
  const shares = new Shares(clock)
  const resource = { name: 'cam', sharedCount: 2 }
  shares.know('before', 'cam')
  await shares.take('one', resource)
  await shares.take('one', resource)
  const refused = expect(shares.take('two', resource)).rejects.toMatchObject({ code: 'in_use' })
  await clock.advance(20_000)
  await refused
  const waits = shares.take('two', resource)
  await clock.advance(1000)
  shares.giveBack('before')
  await clock.advance(1000)
  await waits
})

it('L13: a resource with the count 0 is for all', async () => {
  const shares = new Shares(new FakeClock())
  for (const id of ['a', 'b', 'c']) await shares.take(id, { name: 'bus', sharedCount: 0 })
})

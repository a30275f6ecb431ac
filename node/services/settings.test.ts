import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { loadSettings } from './settings.ts'
import { readNodeResources } from './workload/node-resources.ts'

async function load(document: unknown) {
  const files = new FakeFiles()
  await files.replace('/sm.cfg', typeof document === 'string' ? document : JSON.stringify(document))
  return await loadSettings('/sm.cfg', files)
}

describe('settings', () => {
  it('of AosCore s own file are understood, its other keys left alone', async () => {
    const settings = await load({
      caCert: '/etc/ca.pem',
      certStorage: 'sm',
      iamPublicServerUrl: 'aosiam:8090',
      cmServerUrl: 'main:8093',
      cmReconnectTimeout: 'PT3S',
      workingDir: '/var/aos/sm',
      runtimes: [{ plugin: 'container', type: 'runc', config: { runtimeDir: '/run/x' } }],
      imageManager: { imagePath: '/images', updateItemTtl: '1d' },
      monitoring: { pollPeriod: '10s' },
      windlass: { certificate: '/etc/sm/cert.pem' },
    })
    expect(settings).toMatchObject({
      unit: 'main:8093',
      reconnectMs: 3000,
      tls: { certificate: '/etc/sm/cert.pem', key: '/etc/sm/key.pem', ca: '/etc/ca.pem' },
      folders: { working: '/var/aos/sm', storages: '/var/aos/sm/storages', images: '/images' },
      nodeConfigFile: '/var/aos/sm/aos_node.cfg',
      runtimes: ['runc'],
      imageTtlMs: 86_400_000,
      monitoring: { pollMs: 10_000, averageWindowMs: 35_000 },
    })
  })

  it('that say nothing are the defaults', async () => {
    expect(await load({})).toMatchObject({
      unit: 'aoscm:8093',
      tls: null,
      runtimes: null,
      stopGraceMs: 10_000,
      parallel: 4,
    })
  })

  it('that are wrong stop the process with the file, the key, what came and what was expected', async () => {
    await expect(load({ cmReconnectTimeout: 'soon' })).rejects.toThrow(/sm\.cfg.*cmReconnectTimeout.*time span.*soon/)
    await expect(load({ runtimes: [{ type: 'docker' }] })).rejects.toThrow(/runtimes/)
    const component = load({ runtimes: [{ type: 'runc' }, { plugin: 'rootfs', type: 'rootfs', isComponent: true }] })
    await expect(component).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(/windlass agent/) })
    await expect(load({ journalAlerts: { filter: ['('] } })).rejects.toThrow(
      /journalAlerts\.filter.*regular expression/,
    )
    await expect(load({ windlass: { trunk: 'tunnel' } })).rejects.toThrow(/windlass\.trunk.*vlan, vxlan/)
    await expect(load({ windlass: { uplink: 'eth0; reboot' } })).rejects.toThrow(/windlass\.uplink.*device/)
    await expect(load({ windlass: { certificate: '/c.pem' } })).rejects.toThrow(/caCert/)
    await expect(load('no json')).rejects.toThrow(/sm\.cfg/)
    await expect(loadSettings('/none', new FakeFiles())).rejects.toThrow('/none')
  })
})

describe('resources of a node', () => {
  const read = async (document: unknown) => {
    const files = new FakeFiles()
    await files.replace('/resources.cfg', JSON.stringify(document))
    return await readNodeResources(files, '/resources.cfg')
  }

  it('are read with their mounts and environment', async () => {
    const mounts = [{ destination: '/in', source: '/out', type: 'bind', options: ['ro'] }]
    expect(await read([{ name: 'dbus', sharedCount: 2, mounts, envs: ['A=1'] }])).toEqual([
      {
        name: 'dbus',
        sharedCount: 2,
        mounts: [{ from: '/out', to: '/in', writable: false }],
        env: ['A=1'],
        devices: [],
        groups: [],
        hosts: [],
      },
    ])
    expect(await readNodeResources(new FakeFiles(), '/none')).toEqual([])
  })

  it('are read with their devices, groups and hosts', async () => {
    const devices = ['/dev/video0', '/dev/video1:/dev/cam', '/dev/snd:/dev/snd:rwm']
    const hosts = [{ hostname: 'plc', ip: '192.168.7.9' }]
    expect(await read([{ name: 'cam', devices, groups: ['video', '1001'], hosts }])).toMatchObject([
      {
        devices: [
          { from: '/dev/video0', to: '/dev/video0', access: 'rw' },
          { from: '/dev/video1', to: '/dev/cam', access: 'rw' },
          { from: '/dev/snd', to: '/dev/snd', access: 'rwm' },
        ],
        groups: ['video', '1001'],
        hosts,
      },
    ])
  })

  it.each([
    ['[0].name', [{}]],
    ['[0].sharedCount', [{ name: 'x', sharedCount: -1 }]],
    ['[0].mounts[0].source', [{ name: 'x', mounts: [{ source: 'relative', destination: '/in' }] }]],
    ['[0].mounts[0].destination', [{ name: 'x', mounts: [{ source: '/a', destination: '/in/../../etc' }] }]],
    ['[0].mounts[0].type', [{ name: 'x', mounts: [{ source: '/a', destination: '/in', type: 'ext4' }] }]],
    ['[0].envs[0]', [{ name: 'x', envs: ['A'] }]],
    ['[0].devices[1]', [{ name: 'x', devices: ['/dev/null', '/etc/shadow'] }]],
    ['[0].devices[0]', [{ name: 'x', devices: ['/dev/null:/dev/null:rwx'] }]],
    ['[0].groups', [{ name: 'x', groups: 'video' }]],
    ['[0].hosts[0].ip', [{ name: 'x', hosts: [{ hostname: 'a', ip: '1.2.3.4 evil\n' }] }]],
    ['[1]', [{ name: 'x' }, 'y']],
    ['each name once', [{ name: 'x' }, { name: 'x' }]],
    ['a list', {}],
  ])('that are not what they should be are refused with their place: %s', async (place, document) => {
    await expect(read(document)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(place) })
  })
})

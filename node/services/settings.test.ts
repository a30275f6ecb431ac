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
        mounts: [{ from: '/out', to: '/in', kind: 'folder', writable: false }],
        env: ['A=1'],
      },
    ])
    expect(await readNodeResources(new FakeFiles(), '/none')).toEqual([])
  })

  it('that need what is not supported are refused, not half given', async () => {
    await expect(read([{ name: 'cam', devices: ['/dev/video0:/dev/video0:rw'] }])).rejects.toThrow(/devices/)
    await expect(read([{ name: 'x', mounts: [{ source: 'relative', destination: '/in' }] }])).rejects.toThrow(/mounts/)
    await expect(read({})).rejects.toThrow(/list/)
  })
})

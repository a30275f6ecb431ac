import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Device } from './device.ts'
import { stuck } from './mock-update-hub.ts'
import { release, testObject } from './release.ts'
import { go, LogWatcher, python, rust } from './sdk-clients.ts'

describe.concurrent("UpdateHub's clients, by the strict decoders of 1.8, 1.9 and 1.11", () => {
  it('A27 the command line understands every answer to a probe (the decoder, not the program)', async () => {
    await using device = await Device.started()
    expect(rust.probe(await device.api.post('/probe'))).toBe('no_update')
    device.server.next.upgrades.push((response) => void response.writeHead(200, { 'Add-Extra-Poll': '30' }).end())
    expect(rust.probe(await device.api.post('/probe'))).toEqual({ try_again: 30 })
    device.server.offer = release()
    device.server.answers.object = stuck(Buffer.alloc(10))
    expect(rust.probe(await device.api.post('/probe'))).toBe('updating')
    await device.asked('GET object')
    expect(rust.probe(await device.api.post('/probe'))).toEqual({ busy: 'download' })
    expect(rust.localInstall(await device.api.post('/local_install', { file: '/x' }))).toEqual({ busy: 'download' })
    expect(rust.abort(await device.api.post('/update/download/abort'))).toBe('download')
    await device.reaches('park')
    expect(rust.abort(await device.api.post('/update/download/abort'))).toHaveProperty('refused')
  })

  it('A27 it understands the answers to installations (the decoder, not the program)', async () => {
    await using device = await Device.started()
    expect(rust.localInstall(await device.api.post('/local_install', { file: '/nowhere' }))).toBe('park')
    await device.moved('error told entry_point', 'entry_point idle park')
    expect(rust.remoteInstall(await device.api.post('/remote_install', { url: 'nothing' }))).toBe('park')
  })

  it('A28 no key of /info is unknown to it, before and after an update (the decoder, not the program)', async () => {
    await using device = await Device.make()
    await device.hook('device-attributes.d/ifaces', 'echo iface=wlan0; echo iface=eth0')
    await device.write('meta/key.pub', 'a key')
    await device.start()
    await device.reaches('park')
    const before = rust.info(await device.api.get('/info'))
    expect(before.firmware).toMatchObject({
      pub_key: device.path('meta/key.pub'),
      device_attributes: { iface: ['eth0', 'wlan0'], kernel: '6.6.9' },
    })
    await device.remove('meta/key.pub')
    await device.kill()
    await device.start()
    await device.update(release())
    expect(rust.info(await device.api.get('/info')).runtime_settings.update.upgrade_to_installation).toBe('b')
  })

  it('A29 following the log during an update prints every entry once (the decoder, not the program)', async () => {
    await using device = await Device.started()
    const watcher = new LogWatcher()
    device.server.offer = release([1, 2, 3].map((n) => testObject(`${n}`, { filename: `object-${n}` })))
    await device.api.post('/probe')
    while (device.server.all('report rebooting').length < 2) {
      watcher.read(await device.api.get('/log'))
      await turn()
    }
    watcher.read(await device.api.get('/log'))
    const { entries } = rust.log(await device.api.get('/log'))
    const counted = (message: string) => message.replace(/ \(repeated \d+ times\)$/, '')
    const all = entries.map(({ message }) => counted(message))
    expect(all.length).toBeGreaterThan(8)
    expect(watcher.printed.map(counted).slice(-all.length)).toEqual(all)
  })

  it('A30 every answer to the py-sdk is JSON (the decoder, not the library)', async () => {
    await using device = await Device.started()
    expect(python(await device.api.get('/info'))).toBeTypeOf('object')
    expect(python(await device.api.get('/log'))).toBeTypeOf('object')
    expect(python(await device.api.post('/probe'))).toBe('no_update')
    expect(python(await device.api.post('/update/download/abort'))).toBeTypeOf('object')
    expect(python(await device.api.post('/local_install', { file: '/nowhere' }))).toBeTypeOf('string')
    await device.moved('error told entry_point', 'entry_point idle park')
    device.server.offer = release()
    device.server.answers.object = stuck(Buffer.alloc(10))
    expect(python(await device.api.post('/probe', { custom_server: device.server.url }))).toBe('updating')
    await device.asked('GET object')
    expect(python(await device.api.post('/probe'))).toBe('download')
    expect(python(await device.api.post('/remote_install', { url: 'http://x.test' }))).toBe('download')
    expect(python(await device.api.post('/update/download/abort'))).toBe('download')
  })

  it('1.11 the go-sdk gets a JSON string for a probe with an empty server, for installations and for an abort', async () => {
    await using device = await Device.started()
    expect(go.state(await device.api.post('/probe', { custom_server: '' }))).toBe('no_update')
    device.server.offer = release()
    device.server.answers.object = stuck(Buffer.alloc(10))
    await device.api.post('/probe')
    await device.asked('GET object')
    expect(go.state(await device.api.post('/local_install', { file: '/x' }))).toBe('download')
    expect(go.state(await device.api.post('/update/download/abort'))).toBe('download')
  })
})

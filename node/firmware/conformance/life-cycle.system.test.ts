import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Device, runtimeWith, type Wishes } from './device.ts'
import { rawObject, release, testObject } from './release.ts'

/** A device that finds an update to prove: slot A is to run, slot A runs. */
async function onTrial(expected: string, wishes: Wishes = {}): Promise<Device> {
  const update = { upgrade_to_installation: expected, applied_package_uid: 'f'.repeat(64) }
  const device = await Device.make({ runtime: runtimeWith({}, update), ...wishes })
  await device.program('meta/validate-callback')
  await device.program('meta/rollback-callback')
  return device
}

/** A device whose state-change callback does this. */
async function withCallback(script: string, wishes: Wishes = {}): Promise<Device> {
  const device = await Device.make(wishes)
  await device.program('meta/state-change-callback', script)
  await device.start()
  if (!wishes.polling) await device.reaches('park')
  return device
}

const probed = (device: Device) => () => device.api.post('/probe')
/** What the agent says when it does not start. */
async function refusal(change: (device: Device) => Promise<unknown>): Promise<string> {
  await using device = await Device.make()
  await change(device)
  const { code, stderr } = await device.startInVain()
  expect(code, stderr).toBe(1)
  expect(stderr).toMatch(/^windlass agent: .+/)
  return stderr
}

async function infoOf(device: Device): Promise<Record<string, Record<string, unknown>>> {
  return (await device.api.get('/info')).json as Record<string, Record<string, unknown>>
}

describe.concurrent('the life of an update', () => {
  it('C1 an update that proves itself is confirmed, and a probe follows although polling is off', async () => {
    await using device = await onTrial('a')
    await device.start()
    await device.moved('trying confirmed entry_point', 'probe none entry_point', 'entry_point idle park')
    expect(device.events).toEqual(['validate-callback', 'updatehub-active-validated'])
    expect(device.server.lines).toEqual(['upgrades'])
    expect(device.runtime).toMatchObject({ update: {}, polling: { now: false } })
  })

  it('C2 an update that does not prove itself is taken back, in order, and stays on record until the restart', async () => {
    await using device = await onTrial('a')
    await device.program('meta/validate-callback', 'exit 1')
    await device.start()
    await device.until('the restart on record', () => device.journal['ordered'] === true)
    const order = ['validate-callback', 'updatehub-active-set 1', 'rollback-callback', 'reboot']
    expect(device.events).toEqual(order)
    expect(device.runtime.update.upgrade_to_installation).toBe('a')
  })

  it('ours: C2 W6 after that restart the rollback is reported once, and the next probe follows', async () => {
    await using device = await onTrial('a')
    await device.program('meta/validate-callback', 'exit 1')
    await device.start()
    await device.until('the restart on record', () => device.journal['ordered'] === true)
    await device.kill()
    await device.start()
    await device.moved('reverting reverted error', 'probe none entry_point', 'entry_point idle park')
    expect(device.server.lines).toEqual(['report error', 'upgrades'])
    expect(device.troubles[0]).toMatchObject({ 'previous-state': 'reverting', 'package-uid': 'f'.repeat(64) })
    expect(device.troubles[0]?.['error-message']).toMatch(/^validate_failed: /)
    expect(device.events.slice(4)).toEqual(['updatehub-active-validated'])
    expect(device.runtime.update).toEqual({})
  })

  it('C3 ours: after a fall-back of the boot loader no callback runs, the set is confirmed, and the server hears of it', async () => {
    await using device = await onTrial('b')
    await device.start()
    await device.moved('probe none entry_point', 'entry_point idle park')
    expect(device.events).toEqual(['updatehub-active-validated'])
    expect(device.runtime).toMatchObject({ update: {}, polling: { now: false } })
    expect(device.server.lines).toEqual(['report error', 'upgrades'])
    expect(device.troubles[0]?.['error-message']).toMatch(/^fell_back: /)
  })

  it('C4 ours: a failing rollback callback does not keep the device from going back (D9, W19)', async () => {
    await using device = await onTrial('a')
    await device.program('meta/validate-callback', 'exit 1')
    await device.program('meta/rollback-callback', 'exit 1')
    await device.start()
    await device.called('reboot')
    expect(device.events).toContain('rollback-callback')
  })

  it('C5 without callbacks an update is confirmed silently', async () => {
    await using device = await Device.make({ runtime: runtimeWith({}, { upgrade_to_installation: 'a' }) })
    await device.start()
    await device.moved('trying confirmed entry_point', 'entry_point idle park')
    expect(device.events).toEqual(['updatehub-active-validated'])
    expect(device.runtime.update).toEqual({})
  })

  it('2.3 a validate callback that cannot be executed counts as failed', async () => {
    await using device = await onTrial('a')
    await device.write('meta/validate-callback', '#!/nowhere/sh\n')
    await device.start()
    await device.called('reboot')
    expect(device.events).toEqual(['updatehub-active-set 1', 'rollback-callback', 'reboot'])
  })

  it('ours: 2.3 W6 a package that was taken back is refused when it is offered again, and reported', async () => {
    const offer = release()
    const update = { upgrade_to_installation: 'b', applied_package_uid: offer.uid }
    await using device = await Device.make({ runtime: runtimeWith({}, update) })
    device.server.offer = offer
    await device.start()
    await device.asked('report error', 2)
    expect(device.server.lines).toEqual(['report error', 'upgrades', 'report error'])
    expect(device.troubles[1]?.['error-message']).toMatch(/^package_refused_before: /)
    await device.reaches('park')
    device.server.next.upgrades.push((response) => {
      response.writeHead(200, { 'windlass-retry': offer.uid }).end(offer.metadata)
    })
    await device.api.post('/probe')
    await device.called('reboot')
  })

  it('C6 a callback that cancels the download stops the update without a word to the server', async () => {
    await using device = await withCallback('if [ "$1" = download ]; then echo cancel; fi')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.server.lines).toEqual(['upgrades'])
    expect(device.events).toEqual(['state-change-callback download'])
  })

  it('C7 a callback that cancels the installation leaves the objects and installs nothing', async () => {
    await using device = await withCallback('if [ "$1" = install ]; then echo " cancel "; fi')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.server.lines).toEqual(['upgrades', 'report downloading', 'GET object', 'report downloaded'])
    expect(device.events).not.toContain('reboot')
  })

  it('C8 E25 ours: a callback that fails in front of the download fails the update, which is reported (W6)', async () => {
    await using device = await withCallback('[ "$1" != download ]')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.events).toEqual(['state-change-callback download', 'state-change-callback error'])
    expect(device.server.lines).toEqual(['upgrades', 'report error'])
    expect(device.troubles[0]).toMatchObject({ 'previous-state': 'downloading' })
    expect(device.troubles[0]?.['error-message']).toMatch(/^callback_failed: /)
  })

  it('C9 E25 anything but "cancel" from a callback is a failure', async () => {
    await using device = await withCallback('if [ "$1" = install ]; then echo try_again 5; fi')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.events.at(-1)).toBe('state-change-callback error')
    expect(device.troubles[0]?.['error-message']).toMatch(/^callback_failed: .*try_again 5/)
  })

  it('E25 a callback that cannot be executed is a failure', async () => {
    await using device = await Device.make()
    await device.write('meta/state-change-callback', 'not executable')
    await device.start()
    await device.reaches('park')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.troubles[0]?.['error-message']).toMatch(/^callback_failed: /)
  })

  it('C10 a callback that cancels the probe puts it off by one interval', async () => {
    const before = Date.now()
    await using device = await withCallback('echo cancel', { polling: true })
    await device.moved('probe cancelled entry_point', 'entry_point polling poll')
    expect(device.server.lines).toEqual([])
    expect(Date.parse(device.runtime.polling.last)).toBeGreaterThanOrEqual(before - 1)
  })

  it('C10 a callback that fails in front of the probe puts it off as well', async () => {
    await using device = await withCallback('exit 3', { polling: true })
    await device.moved('probe cancelled entry_point', 'entry_point polling poll')
    expect(device.server.lines).toEqual([])
  })

  it('C11 the callback hears of probe, download, install and reboot, each before it happens', async () => {
    await using device = await Device.make({ polling: true })
    await device.program('meta/state-change-callback')
    device.server.offer = release()
    await device.start()
    await device.called('reboot')
    const callbacks = ['probe', 'download', 'install', 'reboot'].map((state) => `state-change-callback ${state}`)
    expect(device.events.filter((event) => event.startsWith('state'))).toEqual(callbacks)
    expect(device.events.slice(-3)).toEqual(['updatehub-active-set 1', 'state-change-callback reboot', 'reboot'])
  })

  it('C11 for a probe of the API and a local installation: without probe, with prepare_local_install', async () => {
    await using device = await withCallback('if [ "$1" = install ]; then echo cancel; fi')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    await device.refuses('/nowhere')
    const states = device.events.map((event) => event.slice('state-change-callback '.length))
    expect(states).toEqual(['download', 'install', 'prepare_local_install', 'error'])
  })

  it('4.5 a callback that cancels prepare_local_install stops it', async () => {
    await using device = await withCallback('echo cancel')
    await device.reaches('park', () => device.api.post('/local_install', { file: '/nowhere' }))
    expect(device.events).toEqual(['state-change-callback prepare_local_install'])
  })

  it('C12 on read-only storage the runtime settings are never written', async () => {
    await using device = await Device.started({ readOnly: true })
    await device.update(release())
    expect(() => device.runtime).toThrow(/ENOENT/)
    expect(await infoOf(device)).toMatchObject({ runtime_settings: { persistent: false } })
  })

  it('C13 E4 runtime settings that cannot be read are put aside, and the agent runs', async () => {
    await using device = await Device.started({ runtime: 'foo' })
    expect(device.read('data/state.conf.old').toString()).toBe('foo')
    expect(await infoOf(device)).toMatchObject({ state: 'park', runtime_settings: { polling: { retries: 0 } } })
  })

  it('4.2 runtime settings of a version 1 agent are understood', async () => {
    const ini =
      '[Polling]\nLastPoll=2026-01-02T03:04:05Z\nRetries=3\nProbeASAP=false\n[Update]\nUpgradeToInstallation=-1\n'
    await using device = await Device.started({ runtime: ini })
    const { runtime_settings } = await infoOf(device)
    expect(runtime_settings).toMatchObject({ polling: { last: '2026-01-02T03:04:05.000Z', retries: 3 }, update: {} })
  })

  it('4.2 a version 1 agent in the old set finds its runtime settings as it left them when the new set is taken back', async () => {
    const ini =
      '[Polling]\nLastPoll=2026-01-02T03:04:05Z\nRetries=3\nProbeASAP=false\n[Update]\nUpgradeToInstallation=0\n'
    await using device = await Device.make({ runtime: ini })
    await device.program('meta/validate-callback', 'exit 1')
    await device.program('meta/rollback-callback')
    await device.program('bin/reboot', 'cp data/state.conf at-reboot')
    await device.start()
    await device.until('the restart', () => device.has('at-reboot'))
    expect(device.events).toEqual(['validate-callback', 'updatehub-active-set 1', 'rollback-callback', 'reboot'])
    expect(device.read('at-reboot').toString()).toBe(ini)
    await device.kill()
    expect(device.read('data/state.conf').toString()).toBe(ini)
  })

  it('4.2 they become ours, in the format of version 2, once the new set is kept', async () => {
    const ini =
      '[Polling]\nLastPoll=2026-01-02T03:04:05Z\nRetries=3\nProbeASAP=false\n[Update]\nUpgradeToInstallation=0\n'
    await using device = await Device.make({ runtime: ini })
    await device.start()
    await device.moved('trying confirmed entry_point')
    expect(device.runtime).toMatchObject({ polling: { retries: 3 }, update: {} })
  })

  it('C18 what was installed is saved before the one switch, which comes before the restart', async () => {
    await using device = await Device.make()
    const saved = 'cp data/state.conf saved; printf %s "$1" > active'
    await device.program('bin/updatehub-active-set', saved)
    await device.start()
    await device.reaches('park')
    const offer = release()
    await device.update(offer)
    const update = { upgrade_to_installation: 'b', applied_package_uid: offer.uid }
    expect(JSON.parse(device.read('saved').toString())).toMatchObject({ update })
    expect(device.events).toEqual(['updatehub-active-set 1', 'reboot'])
  })

  it('C19 a device that runs slot B gets the objects of set A, and slot A is switched to', async () => {
    await using device = await Device.make()
    const [a, b] = await Promise.all(['a', 'b'].map((name) => device.write(name, name)))
    await device.write('active', '1')
    await device.start()
    await device.reaches('park')
    await device.update(release([rawObject('for a', a ?? '')], {}, [rawObject('for b', b ?? '')]))
    expect(device.read('a').toString()).toBe('for a')
    expect(device.read('b').toString()).toBe('b')
    expect(device.events).toEqual(['updatehub-active-set 0', 'reboot'])
  })

  it('C20 E22 when the second object fails, nothing is switched, restarted or remembered', async () => {
    await using device = await Device.started()
    const [one, two] = await Promise.all(['one', 'two'].map((name) => device.write(name, 'old')))
    const good = rawObject('the larger of the two goes in first', one ?? '')
    const bad = rawObject('not compressed', two ?? '', { compressed: true })
    device.server.offer = release([good, bad])
    await device.reaches('park', probed(device))
    expect(device.events).toEqual([])
    expect(device.runtime.update).toEqual({})
    expect(device.troubles).toMatchObject([{ 'previous-state': 'installing' }])
    expect(device.read('one').toString()).toBe('the larger of the two goes in first')
    expect(device.read('two').toString()).toBe('old')
  })

  it('C21 the larger object is installed first', async () => {
    await using device = await Device.started()
    const small = testObject('1234567890', { filename: 'small' })
    await device.update(release([small, testObject('x'.repeat(20), { filename: 'large' })]))
    const { json } = await device.api.get('/log')
    const { entries } = json as { entries: { message: string; data: Record<string, string> }[] }
    const installed = entries.filter(({ message }) => message === 'object installed').map(({ data }) => data['object'])
    expect(installed).toEqual(['large', 'small'])
  })

  it('ours: E23 when the boot loader cannot be told, the update never was', async () => {
    await using device = await Device.make()
    await device.program('bin/updatehub-active-set', 'exit 1')
    await device.start()
    await device.reaches('park')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.troubles).toMatchObject([{ 'previous-state': 'installing' }])
    expect(device.troubles[0]?.['error-message']).toMatch(/^slots_failed: /)
    expect(device.runtime.update).toEqual({})
    expect(device.events).not.toContain('reboot')
  })

  it('E24 a restart that fails is reported with state rebooting; ours: after the boot loader was switched back', async () => {
    await using device = await Device.make()
    await device.program('bin/reboot', 'echo no >&2; exit 1')
    await device.start()
    await device.reaches('park')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.troubles).toMatchObject([{ 'previous-state': 'rebooting' }])
    expect(device.troubles[0]?.['error-message']).toMatch(/^reboot_failed: /)
    const order = ['updatehub-active-set 1', 'reboot', 'updatehub-active-set 0', 'updatehub-active-validated']
    expect(device.events).toEqual(order)
    expect(device.read('active').toString()).toBe('0')
    expect(device.runtime.update).toEqual({})
  })

  it('ours: E25 a callback that fails in front of the restart leaves nothing that starts next, and nothing on record', async () => {
    await using device = await withCallback('[ "$1" != reboot ]')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.events.slice(-5)).toEqual([
      'updatehub-active-set 1',
      'state-change-callback reboot',
      'updatehub-active-set 0',
      'updatehub-active-validated',
      'state-change-callback error',
    ])
    expect(device.troubles).toMatchObject([{ 'previous-state': 'rebooting' }])
    expect(device.runtime.update).toEqual({})
  })

  it('ours: C6 a callback that cancels the restart puts it off: the new set starts next', async () => {
    await using device = await withCallback('if [ "$1" = reboot ]; then echo cancel; fi')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.read('active').toString()).toBe('1')
    expect(device.runtime.update.upgrade_to_installation).toBe('b')
    expect(device.troubles).toEqual([])
  })

  it('ours: a restart that does not come is reported after a while, and proved by the next one that does', async () => {
    await using device = await Device.started({ windlass: 'reboot_wait = "1s"' })
    await device.update(release())
    await device.moved('reboot overdue error', 'entry_point idle park')
    expect(device.troubles).toMatchObject([{ 'previous-state': 'rebooting' }])
    expect(device.troubles[0]?.['error-message']).toMatch(/^reboot_overdue: /)
    expect(device.runtime.update.upgrade_to_installation).toBe('b')
  })

  it('4.4 without a boot loader backend nothing is installed, and the server hears why', async () => {
    await using device = await Device.make()
    await device.program('bin/updatehub-active-get', 'echo maybe')
    await device.start()
    await device.reaches('park')
    device.server.offer = release()
    await device.reaches('park', probed(device))
    expect(device.troubles[0]?.['error-message']).toMatch(/^slots_failed: .*maybe/)
  })
})

describe.concurrent('settings and hooks', () => {
  const replaced = (from: string | RegExp, to: string) => async (device: Device) =>
    device.write('updatehub.conf', device.settings({}).replace(from, to))

  it('E1 without a settings file the defaults count, and the log says so', async () => {
    await using device = await Device.make()
    await device.write('updatehub.conf', '')
    const { stderr } = await device.startInVain()
    expect(stderr).toContain('network.server_address')
    await device.remove('updatehub.conf')
    const missing = await device.startInVain()
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stderr).toContain('/usr/share/updatehub/product-uid')
    expect(missing.stdout).toMatch(/"warning".*no settings file: the defaults count/)
  })

  it('C14 E2 settings without a section, without a key, or with one too many end the agent with status 1', async () => {
    expect(await refusal(replaced(/\[firmware\]\n.*\n/, ''))).toContain('firmware.metadata')
    expect(await refusal(replaced(/enabled = .*\n/, ''))).toContain('polling.enabled')
    expect(await refusal(replaced('[update]', '[update]\nmore = 1'))).toContain('update.more')
  })

  it('C15 E2 so do an interval below a minute, wrong types and bad syntax', async () => {
    expect(await refusal(replaced('"1d"', '"59s"'))).toContain('polling.interval')
    expect(await refusal(replaced('"1d"', '86400'))).toContain('polling.interval')
    expect(await refusal(replaced('enabled = false', 'enabled = "no"'))).toContain('polling.enabled')
    expect(await refusal(replaced('[network]', '[network'))).toContain('updatehub.conf')
  })

  it('E2 E3 so do a server without scheme and a host name to listen on', async () => {
    expect(await refusal(replaced('"http://', '"'))).toContain('network.server_address')
    expect(await refusal(replaced('localhost:', 'device.local:'))).toContain('network.listen_socket')
  })

  it('C15 an interval of 60 s is long enough', async () => {
    await using device = await Device.started({ interval: '60s' })
    expect(await infoOf(device)).toMatchObject({ config: { polling: { interval: '60s' } } })
  })

  it('C16 E5 a product uid that is missing or has not 64 characters ends the agent with status 1', async () => {
    expect(await refusal((device) => device.hook('product-uid', `echo ${'a'.repeat(63)}`))).toContain('63')
    expect(await refusal((device) => device.remove('meta/product-uid'))).toContain('product-uid')
    expect(await refusal((device) => device.hook('product-uid', 'true'))).toContain('product-uid')
  })

  it('C17 E5 so does an identity that is missing, fails, or is no key=value', async () => {
    expect(await refusal((device) => device.remove('meta/device-identity.d'))).toContain('device-identity.d')
    expect(await refusal((device) => device.remove('meta/device-identity.d/serial'))).toContain('device-identity.d')
    expect(await refusal((device) => device.hook('device-identity.d/serial', 'exit 1'))).toContain('serial')
    expect(await refusal((device) => device.hook('device-identity.d/serial', 'echo A1'))).toContain('A1')
  })

  it('C17 E6 attributes that are missing, fail, or are no key=value are none', async () => {
    const broken = [
      (device: Device) => device.remove('meta/device-attributes.d'),
      (device: Device) => device.hook('device-attributes.d/kernel', 'exit 1'),
      (device: Device) => device.hook('device-attributes.d/more', 'echo'),
    ]
    for (const change of broken) {
      await using device = await Device.make()
      await change(device)
      await device.start()
      expect(await infoOf(device)).toMatchObject({ firmware: { device_attributes: {} } })
    }
  })

  it('4.3 version and hardware may be missing and are empty then', async () => {
    await using device = await Device.make()
    await device.remove('meta/version')
    await device.remove('meta/hardware')
    await device.start()
    expect(await infoOf(device)).toMatchObject({ firmware: { version: '', hardware: '' } })
  })

  it('ours: told to end while its server or its unit takes the connection and says nothing, it is gone soon', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const unit = `\n[unit]\ncommunication_manager = "${address}"\ncomponent_type = "rootfs"\nnode_id = "main"\n`
    for (const windlass of ['', unit]) {
      await using device = await Device.started({ polling: true, server: `http://${address}`, windlass })
      await wait(300)
      const from = performance.now()
      await device.stop()
      expect(performance.now() - from).toBeLessThan(2_500)
    }
    silent.close()
  })

  it('4.1 the INI settings of version 1 agents are understood', async () => {
    await using device = await Device.make()
    const settings = device.settings({})
    const value = (key: string) => new RegExp(`^${key} = "?([^"\n]*)"?$`, 'm').exec(settings)?.[1] ?? ''
    await device.write(
      'updatehub.conf',
      `[Polling]\nInterval=1d\nEnabled=false\n[Storage]\nRuntimeSettingsPath=${value('runtime_settings')}
[Update]\nDownloadDir=${value('download_dir')}\nSupportedInstallModes=raw,test
[Network]\nServerAddress=${value('server_address')}\nListenSocket=${value('listen_socket')}
[Firmware]\nMetadataPath=${value('metadata')}\n`,
    )
    await device.start()
    expect(await infoOf(device)).toMatchObject({
      config: { storage: { read_only: false }, update: { supported_install_modes: ['raw', 'test'] } },
    })
  })
})

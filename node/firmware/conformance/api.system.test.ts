import { describe, expect, it } from 'vitest'
import { Device, runtimeWith } from './device.ts'
import type { ApiAnswer } from './local-api.ts'
import { MockUpdateHub, silent, status, stuck } from './mock-update-hub.ts'
import { type Release, release, writeArchive } from './release.ts'

const dayMs = 86_400_000
const json = (status: number, body: unknown) => ({ status, type: 'application/json', json: body })
const refused = { error: 'there is no download to be aborted' }

interface Entry {
  level: string
  message: string
  time: string
  data: Record<string, string>
}
interface LogDocument {
  entries: Entry[]
  first_index: number
}

async function logOf(device: Device): Promise<LogDocument> {
  return (await device.api.get('/log')).json as LogDocument
}

async function stateOf(device: Device): Promise<string> {
  return ((await device.api.get('/info')).json as { state: string }).state
}

/** A device that hangs in the middle of an object. */
async function downloading(): Promise<Device> {
  const device = await Device.started()
  device.server.offer = release()
  device.server.answers.object = stuck(Buffer.from('1234567890'))
  await device.api.post('/probe')
  await device.asked('GET object')
  await device.until('4 bytes', () => device.read(`download/${objectName(device.server.offer)}`).length === 4)
  return device
}

function objectName(pkg: Release | undefined): string {
  return [...(pkg?.objects.keys() ?? [])][0] ?? ''
}

/** Every key of the document, nested ones behind a dot. */
function keysOf(value: unknown, at = ''): string[] {
  const inside = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  if (inside.length === 0) return [at]
  return inside.flatMap(([key, inner]) => keysOf(inner, at ? `${at}.${key}` : key))
}

describe.concurrent('the local API', () => {
  it('A1 GET /info tells the state park, all keys of 1.8 and no others', async () => {
    await using device = await Device.started()
    const answer = await device.api.get('/info')
    expect(answer).toMatchObject({ status: 200, type: 'application/json', json: { state: 'park' } })
    expect(keysOf(answer.json)).toEqual([
      'state',
      'version',
      'config.firmware.metadata',
      'config.network.server_address',
      'config.network.listen_socket',
      'config.polling.interval',
      'config.polling.enabled',
      'config.storage.read_only',
      'config.storage.runtime_settings',
      'config.update.download_dir',
      'config.update.supported_install_modes',
      'firmware.product_uid',
      'firmware.version',
      'firmware.hardware',
      'firmware.pub_key',
      'firmware.device_identity.serial',
      'firmware.device_attributes.kernel',
      'runtime_settings.polling.last',
      'runtime_settings.polling.retries',
      'runtime_settings.polling.now',
      'runtime_settings.polling.server_address',
      'runtime_settings.update',
      'runtime_settings.path',
      'runtime_settings.persistent',
    ])
    expect(answer.json).toMatchObject({
      config: { polling: { interval: '86400s', enabled: false } },
      firmware: { hardware: 'gw-mk2', version: '3.0', pub_key: null },
      runtime_settings: { polling: { last: '1970-01-01T00:00:00Z', server_address: 'default' }, update: {} },
    })
  })

  it('A2 ours: waiting for the next poll is shown as "poll", and no request goes out', async () => {
    const last = new Date(Date.now() - 600_000).toISOString()
    await using device = await Device.started({ polling: true, runtime: runtimeWith({ last }) })
    await device.reaches('poll')
    expect(await stateOf(device)).toBe('poll')
    expect(device.server.lines).toEqual([])
  })

  it('A3 a device that never polled does so at once', async () => {
    await using device = await Device.started({ polling: true })
    await device.moved('probe none entry_point', 'entry_point polling poll')
    expect(device.server.lines).toEqual(['upgrades'])
  })

  it('A4 a last poll in the future counts as none', async () => {
    const last = new Date(Date.now() + dayMs).toISOString()
    await using device = await Device.started({ polling: true, runtime: runtimeWith({ last }) })
    await device.asked('upgrades')
  })

  it('A5 a probe without an update answers "no_update", is remembered, and leads back to park', async () => {
    await using device = await Device.started()
    const before = Date.now()
    await device.reaches('park', async () => {
      expect(await device.api.post('/probe')).toMatchObject(json(200, 'no_update'))
    })
    expect(Date.parse(device.runtime.polling.last)).toBeGreaterThanOrEqual(before - 1)
    expect(await stateOf(device)).toBe('park')
  })

  it('A6 a probe that finds an update answers "updating" and the update goes on to its restart', async () => {
    await using device = await Device.started()
    device.server.offer = release()
    expect(await device.api.post('/probe')).toMatchObject(json(200, 'updating'))
    await device.asked('report rebooting', 2)
    expect(device.events).toEqual(['updatehub-active-set 1', 'reboot'])
  })

  it('A7 a probe that is told to come later answers the seconds and changes nothing', async () => {
    await using device = await Device.started()
    device.server.answers.upgrades = status(200, { 'Add-Extra-Poll': '30' })
    const before = ((await device.api.get('/info')).json as { runtime_settings: unknown }).runtime_settings
    await device.reaches('park', async () => {
      expect(await device.api.post('/probe')).toMatchObject(json(200, { try_again: 30 }))
    })
    const after = (await device.api.get('/info')).json
    expect(after).toMatchObject({ state: 'park', runtime_settings: before })
  })

  it('A8 A9 a custom server gets every request of that update, and none after it', async () => {
    const other = await MockUpdateHub.start()
    await using device = await Device.started({ windlass: 'reboot_wait = "1s"' })
    try {
      other.offer = release()
      await device.api.post('/probe', { custom_server: other.url })
      await device.called('reboot')
      expect(device.server.lines).toEqual([])
      expect(other.lines).toContain('GET object')
      expect(other.lines).toContain('report installed')
      await device.moved('reboot overdue error', 'entry_point idle park')
      other.offer = undefined
      expect((await device.api.post('/probe', { custom_server: other.url })).json).toBe('no_update')
      await device.until('the default server', async () => {
        const { runtime_settings } = (await device.api.get('/info')).json as { runtime_settings: typeof device.runtime }
        return runtime_settings.polling.server_address === 'default'
      })
      expect((await device.api.post('/probe')).json).toBe('no_update')
      expect(device.server.lines).toEqual(['upgrades'])
    } finally {
      other.stop()
    }
  })

  it('A10 an unknown key in the body of a probe is ignored: the configured server is asked', async () => {
    await using device = await Device.started()
    expect((await device.api.post('/probe', { server_address: 'http://127.0.0.1:1' })).json).toBe('no_update')
    expect(device.server.lines).toEqual(['upgrades'])
  })

  it('A11 E10 a custom server that is no address answers 500 as text, and the agent lives on', async () => {
    await using device = await Device.started()
    const answer = await device.api.post('/probe', { custom_server: 'http://foo:--' })
    expect(answer).toMatchObject({ status: 500, json: undefined })
    expect(answer.text).not.toBe('')
    await device.until('park', async () => (await stateOf(device)) === 'park')
  })

  it('ours: A11 an empty custom server, as the go-sdk sends it, means the configured one (D3)', async () => {
    await using device = await Device.started()
    expect(await device.api.post('/probe', { custom_server: '' })).toMatchObject(json(200, 'no_update'))
  })

  it('A12 a probe of a server that refuses connections answers 500 and does not count as a retry', async () => {
    await using device = await Device.started({ server: 'http://127.0.0.1:1' })
    expect(await device.api.post('/probe')).toMatchObject({ status: 500, json: undefined })
    expect((await device.api.get('/info')).json).toMatchObject({ runtime_settings: { polling: { retries: 0 } } })
  })

  it('A13 E8 bodies that are not what an installation needs answer 400', async () => {
    await using device = await Device.started()
    const bodies = [{}, { file: 1 }, { file: 'x', y: 1 }, { url: 'x' }, '', 'file=x', '{"file":', '[]', 'null']
    for (const body of bodies) {
      expect(await device.api.post('/local_install', body), JSON.stringify(body)).toMatchObject({ status: 400 })
    }
    for (const body of [{}, { url: 1 }, { url: 'x', y: 1 }, { file: 'x' }, 'x']) {
      expect(await device.api.post('/remote_install', body), JSON.stringify(body)).toMatchObject({ status: 400 })
    }
    expect(device.moves.filter((move) => !move.startsWith('entry_point'))).toEqual([])
  })

  it('E7 whatever is wrong with the body of a probe, it counts as no body', async () => {
    await using device = await Device.started()
    const odd = { 'content-type': 'text/plain' }
    for (const body of ['{', 'null', '[]', '{"custom_server":1}', '{"custom_server":"x","y":1}', '\u0000']) {
      expect((await device.api.post('/probe', body, odd)).json, body).toBe('no_update')
    }
  })

  it('A14 an installation sent as text/plain answers 415, one without content type is taken', async () => {
    await using device = await Device.started()
    const body = JSON.stringify({ file: '/nowhere' })
    const sent = (headers: Record<string, string>) => device.api.post('/local_install', body, headers)
    expect(await sent({ 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await sent({})).toMatchObject(json(200, 'park'))
    await device.reaches('park', () => sent({ 'content-type': 'application/json; charset=utf-8' }))
  })

  it('A15 an installation asked of a parked agent answers "park" and happens', async () => {
    await using device = await Device.started()
    const file = await writeArchive(device.path('p.uhupkg'), release())
    expect(await device.api.post('/local_install', { file })).toMatchObject(json(200, 'park'))
    await device.called('reboot')
  })

  it('A16 A17 A21 while downloading, installations and probes answer 406 with the state (ours: also the probe, D1)', async () => {
    await using device = await downloading()
    expect(await stateOf(device)).toBe('download')
    expect(await device.api.post('/local_install', { file: '/x' })).toMatchObject(json(406, 'download'))
    expect(await device.api.post('/remote_install', { url: 'http://x.test' })).toMatchObject(json(406, 'download'))
    expect(await device.api.post('/probe')).toMatchObject(json(406, 'download'))
    expect(await stateOf(device)).toBe('download')
  })

  it('A18 ours: an aborted download keeps what came, answers "download", and reports nothing more (D2, W21)', async () => {
    await using device = await downloading()
    await device.reaches('park', async () => {
      expect(await device.api.post('/update/download/abort')).toMatchObject(json(200, 'download'))
    })
    expect(device.read(`download/${objectName(device.server.offer)}`).toString()).toBe('1234')
    expect(device.server.lines).toEqual(['upgrades', 'report downloading', 'GET object'])
    device.server.answers.object = (response, { headers }) => {
      expect(headers.range).toBe('bytes=4-')
      response.writeHead(206, { 'content-range': 'bytes 4-9/10', 'content-length': 6 }).end('567890')
    }
    await device.api.post('/probe')
    await device.called('reboot')
  })

  it('A19 E27 an abort while nothing is downloaded answers 406 with an error', async () => {
    await using device = await Device.started()
    expect(await device.api.post('/update/download/abort')).toMatchObject(json(406, refused))
  })

  it('A20 the direct download of a slow address can be aborted', async () => {
    await using device = await Device.started()
    device.server.answers.file = stuck(Buffer.alloc(1000))
    expect(await device.api.post('/remote_install', { url: `${device.server.url}/p` })).toMatchObject(json(200, 'park'))
    await device.asked('GET /p')
    await device.reaches('park', async () => {
      expect(await device.api.post('/update/download/abort')).toMatchObject(json(200, 'direct_download'))
    })
    expect(device.troubles).toEqual([])
  })

  it('A22 the log tells the update, each entry with four keys', async () => {
    await using device = await Device.started()
    await device.update(release())
    const log = await logOf(device)
    expect(Number.isInteger(log.first_index)).toBe(true)
    for (const entry of log.entries) {
      expect(Object.keys(entry)).toEqual(['level', 'message', 'time', 'data'])
      expect(entry.level).toMatch(/^(error|warning|info|debug|trace)$/)
      expect(entry.time).toMatch(/^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{3}$/)
      for (const value of Object.values(entry.data)) expect(typeof value).toBe('string')
    }
    expect(log.entries.map(({ message }) => message)).toContain('object installed')
  })

  it('A23 the log of a second operation has only its own entries and a larger first_index', async () => {
    await using device = await Device.started()
    await device.refuses('/first.uhupkg')
    const first = await logOf(device)
    await device.refuses('/second.uhupkg')
    const second = await logOf(device)
    expect(JSON.stringify(first)).toContain('/first.uhupkg')
    expect(JSON.stringify(second)).toContain('/second.uhupkg')
    expect(JSON.stringify(second)).not.toContain('/first.uhupkg')
    expect(second.first_index).toBeGreaterThanOrEqual(first.first_index + first.entries.length)
  })

  it('A24 failed probes in a row are one entry with a count, and first_index stays', async () => {
    await using device = await Device.started({ polling: true, server: 'http://127.0.0.1:1' })
    const repeated = (times: number) =>
      device.until(`${times} repetitions`, async () => {
        const log = await logOf(device)
        return log.entries.some(({ message }) => message.endsWith(` (repeated ${times} times)`)) ? log : undefined
      })
    const [second, third] = [await repeated(2), await repeated(3)]
    expect(third.first_index).toBe(second.first_index)
    expect(third.entries).toHaveLength(second.entries.length)
  })

  it('A25 a package is installed from any address, without our header fields', async () => {
    await using device = await Device.started()
    const pkg = release()
    await writeArchive(device.path('p.uhupkg'), pkg)
    device.server.files.set('/p.uhupkg', device.read('p.uhupkg'))
    const answer = await device.api.post('/remote_install', { url: `${device.server.url}/p.uhupkg` })
    expect(answer).toMatchObject(json(200, 'park'))
    await device.asked('report rebooting', 2)
    const reports = ['report installing', 'report installed', 'report rebooting', 'report rebooting']
    expect(device.server.lines).toEqual(['GET /p.uhupkg', ...reports])
    expect(device.server.seen[0]?.headers).not.toHaveProperty('api-content-type')
    expect(device.runtime.update.applied_package_uid).toBe(pkg.uid)
    expect(device.events).toContain('reboot')
  })

  it('A26 an address that is none is accepted, then fails in the log', async () => {
    await using device = await Device.started()
    await device.reaches('park', async () => {
      expect(await device.api.post('/remote_install', { url: 'not a url' })).toMatchObject(json(200, 'park'))
    })
    expect((await logOf(device)).entries.filter(({ level }) => level === 'error')).not.toEqual([])
  })

  it('E9 ours: unknown paths answer 404, known ones with another method 405, deeper ones reach their handler (D16)', async () => {
    await using device = await Device.started()
    const statusOf = async (method: string, path: string) => (await device.api.send(method, path)).status
    expect(await statusOf('GET', '/nothing')).toBe(404)
    expect(await statusOf('GET', '/')).toBe(404)
    expect(await statusOf('POST', '/info')).toBe(405)
    expect(await statusOf('GET', '/probe')).toBe(405)
    expect(await statusOf('DELETE', '/update/download/abort')).toBe(405)
    expect(await statusOf('POST', '/update/download/abort/more')).toBe(404)
    expect(await statusOf('GET', '/info/anything?x=1')).toBe(200)
  })

  it('1.3 a second request replaces the probe that waits for its server, whose caller is told at once', async () => {
    await using device = await Device.started()
    device.server.answers.upgrades = silent
    const first: Promise<ApiAnswer> = device.api.post('/probe')
    await device.asked('upgrades')
    expect(await stateOf(device)).toBe('probe')
    expect(await device.api.post('/local_install', { file: '/nowhere' })).toMatchObject(json(200, 'probe'))
    expect((await first).status).toBe(406)
    await device.until('park', async () => (await stateOf(device)) === 'park')
  })

  it('ours: 1.3 a package file that is being validated is not dropped for a probe', async () => {
    await using device = await Device.started()
    // Asked for the second time in validation.
    const second = 'echo x >> asked; while [ $(wc -l < asked) = 2 ] && [ -e hold/validation ]; do sleep 0.02; done'
    await device.program('bin/updatehub-active-get', `${second}; cat active`)
    await device.hold('validation')
    const file = await writeArchive(device.path('p.uhupkg'), release())
    await device.reaches('validation', () => device.api.post('/local_install', { file }))
    expect(await device.api.post('/probe')).toMatchObject(json(406, 'validation'))
    await device.release('validation')
    await device.called('reboot')
    expect(device.server.lines).not.toContain('upgrades')
  })
})

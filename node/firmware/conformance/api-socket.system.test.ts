import { existsSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Device } from './device.ts'
import { LocalApi } from './local-api.ts'
import { release } from './release.ts'

const socketOf = (device: Device) => device.path('agent.sock')
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8)

describe.concurrent('the local API on a Unix socket', () => {
  it('answers as on TCP, whatever name it is called by, to those whom its mode lets in', async () => {
    await using device = await Device.started()
    const api = new LocalApi(socketOf(device))
    expect(modeOf(socketOf(device))).toBe('660')
    expect(await api.send('GET', '/info', '', { host: 'agent' })).toMatchObject({
      status: 200,
      json: { state: 'park' },
    })
    expect((await device.api.send('GET', '/info', '', { host: 'agent' })).status).toBe(403)
    expect((await api.post('/local_install', 'x'.repeat(100_000))).status).toBe(413)
  })

  it('takes mode and group from the settings', async () => {
    const group = String(process.getgid?.() ?? 0)
    await using device = await Device.started({ windlass: `api.mode = "0600"\napi.group = "${group}"` })
    expect(modeOf(socketOf(device))).toBe('600')
    expect(String(statSync(socketOf(device)).gid)).toBe(group)
  })

  it('takes the place of one that a killed agent left, and leaves none behind when it is told to stop', async () => {
    await using device = await Device.started()
    await device.kill()
    expect(existsSync(socketOf(device))).toBe(true)
    await device.start()
    expect((await new LocalApi(socketOf(device)).get('/info')).status).toBe(200)
    await device.stop()
    expect(existsSync(socketOf(device))).toBe(false)
  })

  it('does not take the place of one that is answered, and runs without', async () => {
    await using device = await Device.make()
    const other = createServer((socket) => socket.on('error', () => undefined).end('mine'))
    await new Promise<void>((resolve) => other.listen(socketOf(device), resolve))
    await device.start()
    const heard = await new Promise((resolve) =>
      connect(socketOf(device)).once('data', (piece) => resolve(String(piece))),
    )
    expect(heard).toBe('mine')
    expect(device.output.join('\n')).toContain('no Unix socket for the local API')
    expect((await device.api.get('/info')).status).toBe(200)
    await new Promise((resolve) => other.close(resolve))
  })

  it('holds no more than 64 connections', async () => {
    await using device = await Device.started()
    const sockets = Array.from({ length: 100 }, () => connect(socketOf(device)).on('error', () => undefined))
    for (const socket of sockets) socket.resume()
    const open = () => sockets.filter(({ readyState }) => readyState === 'open').length
    await device.until('36 refused', () => sockets.filter(({ destroyed }) => destroyed).length >= 36)
    expect(open()).toBeLessThanOrEqual(64)
    for (const socket of sockets) socket.destroy()
    const api = new LocalApi(socketOf(device))
    await device.until('an answer', () =>
      api.get('/info').then(
        ({ status }) => status === 200,
        () => false,
      ),
    )
  })
})

describe.concurrent('a hold', () => {
  it('keeps a package out over a restart of the agent, says why, and lets it in when it is released', async () => {
    await using device = await Device.started()
    const api = new LocalApi(socketOf(device))
    expect((await api.send('PUT', '/windlass/hold', '{"reason":"harvest"}')).status).toBe(200)
    await device.kill()
    await device.start()
    device.server.offer = release()
    await device.reaches('staged', () => api.post('/probe'))
    await device.until('the reason', async () => {
      const { json } = await api.get('/windlass/status')
      return (json as { waits: string | null }).waits === 'held: harvest'
    })
    expect(device.events.filter((event) => event === 'reboot')).toEqual([])
    expect((await api.send('DELETE', '/windlass/hold')).json).toEqual({ hold: null })
    await device.called('reboot')
  })
})

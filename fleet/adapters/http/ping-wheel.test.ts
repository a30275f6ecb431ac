import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { PingWheel } from './ping-wheel.ts'

async function link(autoPong: boolean) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  const far = new WebSocket(`ws://127.0.0.1:${address.port}`, { autoPong })
  onTestFinished(() => far.terminate())
  const [near] = (await once(server, 'connection')) as [WebSocket]
  return { near, far }
}

it('keeps a socket that answers its pings, and ends one that does not', async () => {
  const wheel = new PingWheel()
  const [good, mute] = [await link(true), await link(false)]
  for (const { near } of [good, mute]) wheel.add(near)
  const round = () => {
    for (let slot = 0; slot < 30; slot++) wheel.turn()
  }
  const pinged = [once(good.near, 'pong'), once(mute.far, 'ping')]
  round()
  await Promise.all(pinged)
  const closed = once(mute.far, 'close')
  round()
  await closed
  expect(good.near.readyState).toBe(WebSocket.OPEN)
})

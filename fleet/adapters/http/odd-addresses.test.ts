import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Front } from './front.ts'
import { testFleet } from './test-fleet.ts'

/** The first line of the answer to a request as no client library would send it. */
async function firstLine(port: number, target: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
  await once(socket, 'close')
  return answer.split('\r\n')[0] ?? ''
}

it('a path that no URL can be made of is an unknown one, and the fleet goes on', async () => {
  const { app } = await testFleet()
  await app.ready()
  const front = new Front(null)
  front.serve(null, { app, authority: '' })
  const port = await front.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => front.close())
  const odd = [
    '/\\',
    '/\\\\x',
    '/\\[',
    '/api/v1/\\',
    '/api/v1\\..\\devices',
    '//',
    '///[',
    '/%',
    '/%zz',
    '/?\\',
    '\\',
    '*',
  ]
  for (const target of odd)
    expect([target, await firstLine(port, target)]).toEqual([target, expect.stringMatching(/ (200|400|404) /)])
  expect(await firstLine(port, '/api/v1/health')).toBe('HTTP/1.1 200 OK')
})

import { createServer } from 'node:http'
import { systemClock } from '@windlass/platform'
import { expect, it, onTestFinished } from 'vitest'
import { load } from './load.ts'
import { readLoadOptions } from './options.ts'

interface Asked {
  path: string
  version: string
  status?: string
  'package-uid'?: string
  'device-identity': { serial: string }
}

/** A server that offers version 2.0 to whoever runs another. */
async function server(): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const http = createServer((request, response) => {
    let body = ''
    request
      .on('data', (chunk) => (body += String(chunk)))
      .on('end', () => {
        const said = { ...(JSON.parse(body) as Asked), path: request.url ?? '' }
        asked.push(said)
        if (said.path === '/report' || said.version === '2.0')
          response.writeHead(said.path === '/report' ? 200 : 404).end()
        else response.end('{"version":"2.0"}')
      })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

it('devices probe, take what they are offered once, and report every step', async () => {
  const { url, asked } = await server()
  const options = readLoadOptions(['--url', url, '--devices', '3', '--seconds', '1', '--connections', '1'])
  let turn = 0
  const came = await load(options, systemClock, () => 1 + (turn++ % 3))
  expect(came).toMatchObject({ offers: 3, reports: 15, failed: 0 })
  expect(came.probes).toBeGreaterThan(6)
  const first = asked.filter((said) => said['device-identity'].serial === 'D1').slice(0, 7)
  expect(first.map(({ path, status = '' }) => `${path} ${status}`.trim())).toEqual([
    '/upgrades',
    '/report downloading',
    '/report downloaded',
    '/report installing',
    '/report installed',
    '/report rebooting',
    '/upgrades',
  ])
  expect(first.at(-1)?.version).toBe('2.0')
})

it('counts who gets no answer', async () => {
  const options = readLoadOptions(['--url', 'http://127.0.0.1:1', '--seconds', '1', '--connections', '1'])
  const came = await load(options, systemClock, () => 1)
  expect(came.failed).toBeGreaterThan(0)
  expect(came.probes).toBe(0)
})

it.each([
  [['--devices', '0'], '--devices: expected a whole number'],
  [['--devices', '1.5'], '--devices: expected a whole number'],
  [['--url', 'nowhere'], '--url: expected an address'],
  [['--product', 'x'], '--product: expected 64'],
  [['--wat'], 'simulate fleet --help'],
])('refuses %j', (argv, why) => {
  expect(() => readLoadOptions(argv)).toThrow(why)
})

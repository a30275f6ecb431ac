import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Device } from './device.ts'
import { type Answer, status } from './mock-update-hub.ts'
import { productUid, rawObject, release, releaseOf, sha256, testObject } from './release.ts'

const json = { 'content-type': 'application/json' }
const content = Buffer.alloc(200_000, 'content ')

/** Sends pieces until the other side has had enough. */
const endless: Answer = (response) => {
  response.writeHead(200, json)
  const piece = Buffer.alloc(65_536, ' ')
  const pour = () => {
    while (!response.destroyed && response.write(piece)) continue
  }
  response.on('drain', pour)
  pour()
}

/** Whatever bytes, in place of an answer. */
const rawBytes =
  (bytes: string | Buffer): Answer =>
  (response) =>
    void response.socket?.end(bytes)

const toItself: Answer = (response, { path }) => void response.writeHead(307, { location: path }).end()

async function expectAlive(device: Device): Promise<void> {
  expect(device.alive).toBe(true)
  expect((await device.api.get('/info')).status).toBe(200)
}

/** Offers a good package whose object is answered so. @returns the report */
async function objectAnswered(device: Device, answer: Answer, offer = release([testObject(content)])) {
  device.server.offer = offer
  device.server.answers.object = answer
  await device.reaches('park', () => device.api.post('/probe'))
  await expectAlive(device)
  return String(device.troubles.at(-1)?.['error-message'])
}

const probeAnswers: Record<string, Answer> = {
  'an endless body': endless,
  'a gibibyte announced as metadata': (response) => {
    response.writeHead(200, { ...json, 'content-length': 2 ** 30 })
    response.write(Buffer.alloc(65_536, ' '))
  },
  'a redirect to itself': toItself,
  'a redirect to a file of the device': status(302, { location: 'file:///etc/passwd' }),
  'a redirect to nowhere': status(302, { location: 'http://' }),
  'headers that are too large': rawBytes(`HTTP/1.1 200 OK\r\n${'X-More: more\r\n'.repeat(9000)}\r\n{}`),
  'bytes that are no HTTP': rawBytes(Buffer.alloc(9000, 0xff)),
  'two lengths': rawBytes('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 200\r\n\r\n{}'),
  'a body shorter than announced': rawBytes('HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{}'),
  'a connection that is closed at once': rawBytes(''),
  'half a JSON document': status(200, json, '{"product":'),
  'JSON nested half a million deep': status(200, json, `${'['.repeat(500_000)}${']'.repeat(500_000)}`),
  'bytes that are no UTF-8': (response) =>
    void response.writeHead(200, json).end(Buffer.from('{"a":"\xff\xfe"}', 'latin1')),
  'JSON with a prototype in it': status(200, json, '{"__proto__":{"objects":[]},"constructor":{}}'),
  'JSON that is null': status(200, json, 'null'),
  'a switch of protocols': status(101),
  'a signature of a megabyte': rawBytes(`HTTP/1.1 200 OK\r\nUH-Signature: ${'A'.repeat(1_000_000)}\r\n\r\n{}`),
}

describe.concurrent('a hostile server', () => {
  it.for(Object.entries(probeAnswers))('answers a probe with %s: 500, and the agent goes on', async ([, answer]) => {
    await using device = await Device.started()
    device.server.answers.upgrades = answer
    expect((await device.api.post('/probe')).status).toBe(500)
    await expectAlive(device)
    device.server.answers.upgrades = status(404)
    await device.until('park', () => device.moves.at(-1) === 'entry_point idle park')
    expect((await device.api.post('/probe')).json).toBe('no_update')
    expect(device.events).toEqual([])
  })

  it.for(['an endless body', 'a redirect to itself', 'bytes that are no HTTP', 'headers that are too large'])(
    'answers an automatic probe with %s: it is asked again, and then updates',
    async (name) => {
      await using device = await Device.make({ polling: true })
      device.server.next.upgrades.push(
        ...Array<Answer>(name.startsWith('a redirect') ? 11 : 1).fill(probeAnswers[name] ?? endless),
      )
      device.server.offer = release()
      await device.start()
      await device.called('reboot')
      await expectAlive(device)
    },
  )

  it('asks for a delay of a million years, or of minus one: neither stops the agent from being asked', async () => {
    await using device = await Device.started()
    for (const seconds of ['31556952000000', '-1', '0']) {
      device.server.answers.upgrades = status(200, { 'Add-Extra-Poll': seconds })
      expect((await device.api.post('/probe')).json).toEqual({ try_again: Number(seconds) })
    }
    await using polling = await Device.make({ polling: true })
    polling.server.next.upgrades.push(status(200, { 'Add-Extra-Poll': '31556952000000' }))
    await polling.start()
    await polling.asked('upgrades')
    await polling.until('an answer', async () => (await polling.api.post('/probe')).json === 'no_update')
  })

  it('sends more of an object than announced, endlessly, or too long a length', async () => {
    await using device = await Device.started()
    expect(await objectAnswered(device, endless)).toMatch(/^download_too_long: /)
    const longer: Answer = (response) => void response.end(Buffer.concat([content, content]))
    expect(await objectAnswered(device, longer)).toMatch(/^download_too_long: /)
    const promise: Answer = (response) => {
      response.writeHead(200, { 'content-length': 2 ** 40 })
      response.write(content)
    }
    expect(await objectAnswered(device, promise)).toMatch(/^download_too_long: /)
    const shorter: Answer = (response) => void response.writeHead(200, { 'content-length': 3 }).end('abc')
    expect(await objectAnswered(device, shorter)).toMatch(/^download_too_short: /)
    expect(device.server.all('report downloaded')).toEqual([])
  })

  it('redirects an object to itself, or to what is no http', async () => {
    await using device = await Device.started()
    expect(await objectAnswered(device, toItself)).toMatch(/^server_refused: /)
    expect(await objectAnswered(device, status(302, { location: 'file:///etc/passwd' }))).toMatch(
      /^server_unreachable: /,
    )
    expect(await objectAnswered(device, status(403))).toMatch(/^server_refused: .*403/)
  })

  it('cuts an object, then sends it whole with 200 where a range was asked for: it is right in the end', async () => {
    await using device = await Device.started()
    device.server.next.object.push((response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 100_000), () => response.socket?.destroySoon())
    })
    device.server.answers.object = (response) => void response.end(content)
    const target = await device.write('target', 'old')
    await device.update(release([rawObject(content, target)]))
    expect(device.read('target').equals(content)).toBe(true)
    expect(device.server.all('GET object')[1]?.headers.range).toMatch(/^bytes=\d+-$/)
  })

  it('answers a range with another one: nothing wrong is installed', async () => {
    await using device = await Device.started()
    const name = sha256(content)
    await device.write(`download/${name}`, content.subarray(0, 1000))
    device.server.next.object.push((response) => {
      const range = `bytes 0-${content.length - 1}/${content.length}`
      response.writeHead(206, { 'content-range': range.replace('0-', '5000-') }).end(content.subarray(5000))
    })
    await device.update(release([testObject(content)]))
    expect(device.read(`download/${name}`).equals(content)).toBe(true)
  })

  it('names objects by paths: they are refused before anything is asked for', async () => {
    await using device = await Device.make({ polling: true })
    const object = { ...testObject().fields, size: 10, sha256sum: '../../../../etc/cron.d/evil' }
    const metadata = { product: productUid, version: '9', objects: [[object], [object]] }
    device.server.offer = releaseOf(JSON.stringify(metadata))
    await device.start()
    await device.moved('error told entry_point')
    expect(device.troubles[0]?.['error-message']).toMatch(/^metadata_invalid: /)
    expect(device.server.all('GET object')).toEqual([])
  })

  it('names four thousand objects: the agent stays up', async () => {
    await using device = await Device.started()
    const fields = { mode: 'test', filename: 'f', target: '', 'force-check-requirements-fail': true, size: 1 }
    const objects = Array.from({ length: 4_000 }, (_, i) => ({ ...fields, sha256sum: sha256(String(i)) }))
    device.server.offer = releaseOf(JSON.stringify({ product: productUid, version: '9', objects: [objects, objects] }))
    await device.reaches('park', () => device.api.post('/probe'))
    await expectAlive(device)
  })

  it('answers reports endlessly: the update goes on', async () => {
    await using device = await Device.started()
    device.server.answers.report = endless
    await device.update(release())
    await expectAlive(device)
  })
})

describe.concurrent('a hostile client of the local API', () => {
  it('sends bodies without end, heads without end, and no HTTP: the agent answers the next one', async () => {
    await using device = await Device.started()
    expect(
      (await device.api.post('/local_install', 'x'.repeat(10_000_000)).catch(() => ({ status: 413 }))).status,
    ).toBe(413)
    const port = Number(/localhost:(\d+)/.exec(device.settings({}))?.[1])
    for (const bytes of [
      '\u0000'.repeat(9000),
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      'GET / HTTP/9.9\r\n\r\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
        socket.on('error', () => undefined).on('close', () => resolve())
        socket.resume()
      })
      await expectAlive(device)
    }
  })

  it('holds a hundred connections open without a word: others are still answered when it lets go', async () => {
    await using device = await Device.started()
    const port = Number(/localhost:(\d+)/.exec(device.settings({}))?.[1])
    const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    for (const socket of sockets) socket.resume()
    await device.until('64 connections', () => sockets.filter(({ readyState }) => readyState === 'open').length >= 64)
    for (const socket of sockets) socket.destroy()
    await device.until('an answer', () =>
      device.api.get('/info').then(
        ({ status: code }) => code === 200,
        () => false,
      ),
    )
    expect(device.alive).toBe(true)
  })

  it('sends paths that mean something elsewhere: 404', async () => {
    await using device = await Device.started()
    for (const path of [
      '/../info',
      '//info',
      '/%2e%2e/etc/passwd',
      '/__proto__',
      '/constructor',
      '/info%00',
      '/toString',
    ]) {
      expect([path, (await device.api.get(path)).status]).toEqual([path, path === '/../info' ? 200 : 404])
    }
    await expectAlive(device)
  })
})

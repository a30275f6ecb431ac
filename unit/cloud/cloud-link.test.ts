import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import { encodeNack } from '@windlass/wire/aoscore-cloud'
import { describe, expect, it } from 'vitest'
import { ackFor, acksOf, discoveryUrl, messagesOf, orderText, testLink } from './test-link.ts'

const full: UnitFact = { kind: 'unit_status', status: { isDelta: false, subjects: ['now'] } }
const delta: UnitFact = { kind: 'unit_status', status: { isDelta: true, subjects: ['changed'] } }
const alert = (message: string): UnitFact => ({
  kind: 'alerts',
  alerts: [{ kind: 'node', nodeId: 'n', alert: { kind: 'system', timeMs: 0, message } }],
})
const order: CloudOrder = { kind: 'start_provisioning', correlationId: 'c', nodeId: 'n', password: '' }
const texts = (received: readonly string[]) =>
  messagesOf(received).map(({ data }) => /"message":"(\w+)"/.exec(JSON.stringify(data))?.[1])

describe('the way to the cloud', () => {
  it('C1 the first address is dead: the second is used, with the token', async () => {
    const { start, sockets, connections } = testLink({ admit: (url) => (url.includes('one') ? 'refused' : 'open') })
    await start()
    expect(sockets.tried).toEqual([
      { url: 'wss://one.test', token: 'token-1' },
      { url: 'wss://two.test', token: 'token-1' },
    ])
    expect(connections).toEqual([true])
  })

  it('C2 a token that is refused: a new discovery', async () => {
    const { start, sockets, discovery, clock } = testLink({
      admit: (_, token) => (token === 'token-2' ? 'open' : 'unauthorized'),
    })
    await start()
    expect([sockets.tried.length, discovery.asked]).toEqual([1, 1])
    discovery.answer = { ...discovery.answer, authToken: 'token-2' }
    await clock.advance(1000)
    expect([sockets.tried.at(-1), discovery.asked]).toEqual([{ url: 'wss://one.test', token: 'token-2' }, 2])
  })

  it('asks anew when no address opens', async () => {
    const { start, discovery, clock } = testLink({ admit: () => 'refused' })
    await start()
    await clock.advance(1000)
    expect(discovery.asked).toBe(2)
  })

  it('C8 comes back after a drop, with growing delays of at most ten minutes, and sends what is new', async () => {
    let admission: 'open' | 'refused' = 'open'
    const times: number[] = []
    const { start, sockets, clock, connections, link } = testLink({
      admit: (url) => {
        if (url.includes('one')) times.push(clock.uptime())
        return admission
      },
    })
    await start()
    admission = 'refused'
    sockets.last.drop()
    await clock.advance(6 * 3_600_000)
    const delays = times.slice(2).map((at, i) => at - (times[i + 1] ?? 0))
    expect(Math.max(...delays)).toBeLessThanOrEqual(600_000)
    expect(delays.slice(-5).every((ms) => ms >= 300_000)).toBe(true)
    expect(delays[0]).toBeLessThanOrEqual(4000)
    admission = 'open'
    await clock.advance(600_000)
    link.send(full)
    await clock.advance(0)
    expect(connections).toEqual([true, false, true])
    expect(messagesOf(sockets.last.received).map(({ messageType }) => messageType)).toEqual(['unitStatus'])
  })

  it('goes back to the first delay after a connection that lasted', async () => {
    const { start, sockets, clock } = testLink()
    await start()
    for (let drops = 0; drops < 5; drops += 1) {
      await clock.advance(120_000)
      sockets.last.drop()
      await clock.advance(1000)
      expect(sockets.connections.length).toBe(drops + 2)
    }
  })

  it('waits as long as the discovery asks for', async () => {
    const { start, sockets, clock, discovery } = testLink()
    discovery.answer = { ...discovery.answer, outcome: 'repeat_later', nextRequestDelayMs: 60_000 }
    await start()
    await clock.advance(59_000)
    expect([sockets.tried.length, discovery.asked]).toEqual([0, 1])
    discovery.answer = { ...discovery.answer, outcome: 'redirect', connectionInfo: ['wss://three.test'] }
    await clock.advance(1000)
    expect(sockets.tried).toEqual([{ url: 'wss://three.test', token: 'token-1' }])
  })

  it.each([
    ['an error', { outcome: 'error' as const }],
    ['no address', { connectionInfo: [] }],
    ['an address of another kind', { connectionInfo: ['file:///etc/passwd', 'amqps://a'] }],
    ['an answer for another unit', { systemId: 'unit-78' }],
  ])('a discovery with %s is none', async (_, what) => {
    const { start, sockets, discovery, lines } = testLink()
    discovery.answer = { ...discovery.answer, ...what }
    await start()
    expect([sockets.tried, lines]).toEqual([[], ['cloud not reached']])
  })

  it('a discovery that fails is asked again', async () => {
    const { start, sockets, discovery, clock, http } = testLink()
    discovery.status = 503
    await start()
    http.fault(discoveryUrl, 'refuse', 1)
    await clock.advance(1000)
    discovery.status = 200
    await clock.advance(2000)
    expect(sockets.connections.length).toBe(1)
  })

  it('C22 a new online certificate: the connection is made anew at once', async () => {
    const { start, sockets, clock, renew } = testLink()
    await start()
    renew()
    await clock.advance(0)
    expect(sockets.connections.map(({ closed }) => closed)).toEqual([true, false])
  })

  it('a cloud that says nothing any more is left', async () => {
    const { start, sockets, clock } = testLink()
    await start()
    await clock.advance(120_000)
    expect([sockets.last.closed, sockets.connections.length]).toEqual([false, 1])
    sockets.last.answersPings = false
    await clock.advance(70_000)
    expect(sockets.connections.length).toBe(2)
  })

  it('works for weeks without a cloud: what waits is bounded', async () => {
    const { start, sockets, clock, link } = testLink({ admit: () => 'refused' })
    await start()
    for (let day = 0; day < 28; day += 1) {
      for (let n = 0; n < 50; n += 1) {
        link.send(full)
        link.send(delta)
        link.send(alert(`a${day}x${n}`))
        link.send({ kind: 'monitoring', monitoring: { nodes: [], instances: [] } })
      }
      await clock.advance(86_400_000)
    }
    expect(sockets.tried.length).toBeLessThan(28 * 24 * 30)
  })
})

describe('what the unit sends', () => {
  it('C3 never acknowledged: four times the same transaction, ten seconds apart, then no more', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    link.send(full)
    const times: number[] = []
    sockets.last.hear = () => times.push(clock.uptime())
    await clock.advance(100_000)
    expect(times).toEqual([0, 10_000, 20_000, 30_000])
    expect(new Set(messagesOf(sockets.last.received).map(({ header }) => header.txn)).size).toBe(1)
  })

  it('C4 acknowledged: never sent again, not on the next connection either', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    link.send(full)
    sockets.last.hear = (text) => sockets.last.say(ackFor(messagesOf([text])[0] ?? expect.fail('nothing was sent')))
    await clock.advance(60_000)
    expect(sockets.last.received.length).toBe(1)
    sockets.last.drop()
    await clock.advance(5000)
    expect([sockets.connections.length, sockets.last.received]).toEqual([2, []])
  })

  it('C5 refused for a second: sent again after a second, and a refusal does not count', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    link.send(full)
    const times: number[] = []
    sockets.last.hear = (text) => {
      times.push(clock.uptime())
      const [sent] = messagesOf([text])
      if (sent && times.length <= 6) sockets.last.say(encodeNack(sent.header, 1000))
    }
    await clock.advance(60_000)
    expect(times).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 16_000, 26_000, 36_000])
  })

  it('D4 changes while disconnected are left to the next full status; of several full ones the last is sent', async () => {
    const { start, sockets, clock, link } = testLink()
    link.send(delta)
    link.send(full)
    link.send({ kind: 'unit_status', status: { isDelta: false, subjects: ['newest'] } })
    await start()
    await clock.advance(5000)
    expect(messagesOf(sockets.last.received).map(({ data }) => data)).toMatchObject([
      { isDeltaInfo: false, subjects: [{ codename: 'newest' }] },
    ])
  })

  it('C17 alerts while offline: the newest beyond the bound are dropped, the others sent in order', async () => {
    const { start, sockets, link, lines } = testLink()
    for (let n = 0; n < 40; n += 1) link.send(alert(`a${n}`))
    await start()
    expect(texts(sockets.last.received)).toEqual(Array.from({ length: 32 }, (_, n) => `a${n}`))
    expect(lines.filter((line) => line === 'message to the cloud dropped, too many wait').length).toBe(8)
  })

  it('what was not acknowledged is sent again on the next connection', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    link.send(alert('one'))
    link.send(alert('two'))
    await clock.advance(0)
    const [, first] = messagesOf(sockets.last.received)
    sockets.last.drop()
    await clock.advance(5000)
    expect(texts(sockets.last.received)).toEqual(['one', 'two'])
    expect(messagesOf(sockets.last.received)[1]?.header.txn).toBe(first?.header.txn)
  })
})

describe('what the cloud sends', () => {
  it('C6 is acknowledged before its effect', async () => {
    const { start, sockets, link } = testLink()
    await start()
    const { last } = sockets
    const before: number[] = []
    link.watch((news) => news.kind === 'order' && before.push(last.received.length))
    last.say(orderText(order))
    expect([acksOf(last.received), before]).toEqual([['txn-1'], [1]])
  })

  it('is done once when it comes twice, and acknowledged both times', async () => {
    const { start, sockets, orders } = testLink()
    await start()
    sockets.last.say(orderText(order))
    sockets.last.say(orderText(order))
    expect([acksOf(sockets.last.received), orders]).toEqual([['txn-1', 'txn-1'], [order]])
  })

  it('D24 another version or another unit: dropped, not acknowledged', async () => {
    const { start, sockets, orders } = testLink()
    await start()
    sockets.last.say(orderText(order, 't', 'unit-78'))
    sockets.last.say(orderText(order).replace('"version":7', '"version":6'))
    expect([sockets.last.received, orders]).toEqual([[], []])
  })

  it('not understood: not acknowledged; unknown: put off for an hour; the link lives on', async () => {
    const { start, sockets, orders, lines } = testLink()
    await start()
    sockets.last.say('garbage')
    sockets.last.say(orderText(order).replace('"node":', '"nobody":'))
    sockets.last.say(orderText(order, 'txn-2').replace('startProvisioningRequest', 'futureRequest'))
    sockets.last.say(orderText(order, 'txn-3'))
    expect(messagesOf(sockets.last.received)).toMatchObject([
      { messageType: 'nack', header: { txn: 'txn-2' }, data: { retryAfter: 3_600_000 } },
    ])
    expect([acksOf(sockets.last.received), orders]).toEqual([['txn-3'], [order]])
    expect(lines.slice(1)).toEqual(['message not understood', 'message not understood', 'unknown message put off'])
  })

  it('a listener that fails does not take the link with it', async () => {
    const { start, sockets, orders, link } = testLink()
    link.watch(() => {
      throw new Error('no')
    })
    await start()
    sockets.last.say(orderText(order))
    expect([orders, sockets.last.closed]).toEqual([[order], false])
  })
})

describe('questions for blobs', () => {
  const source = (digest: string) => ({ digest, urls: ['http://a'], sha3: new Uint8Array(32), size: 1 })

  it('are answered in the order asked, sixteen at a time', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    const digests = Array.from({ length: 20 }, (_, n) => `sha256:${n}`)
    const asked = link.blobSources(digests, new AbortController().signal)
    await clock.advance(0)
    const questions = messagesOf(sockets.last.received)
    expect(questions.length).toBe(2)
    for (const { correlationId = '' } of questions.toReversed()) {
      const sources = digests.map(source).toReversed()
      sockets.last.say(orderText({ kind: 'blob_urls', correlationId, sources }, correlationId))
    }
    expect((await asked).map(({ digest }) => digest)).toEqual(digests)
  })

  it('C7 no answer within 10 s: an error, that question is not sent again, the next has another id', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    const stop = new AbortController().signal
    const refused = expect(link.blobSources(['sha256:1'], stop)).rejects.toMatchObject({ code: 'cloud_silent' })
    await clock.advance(10_000)
    await refused
    const sentOnce = sockets.last.received.length
    await clock.advance(60_000)
    expect(sockets.last.received.length).toBe(sentOnce)
    void link.blobSources(['sha256:1'], stop).catch(() => undefined)
    await clock.advance(0)
    const [first, ...others] = messagesOf(sockets.last.received).map(({ correlationId }) => correlationId)
    expect(others.at(-1)).not.toBe(first)
  })

  it('an answer that lacks a blob is an error that names it', async () => {
    const { start, sockets, clock, link } = testLink()
    await start()
    const refused = expect(link.blobSources(['sha256:1'], new AbortController().signal)).rejects.toThrow('sha256:1')
    await clock.advance(0)
    const [question] = messagesOf(sockets.last.received)
    const correlationId = question?.correlationId ?? ''
    sockets.last.say(orderText({ kind: 'blob_urls', correlationId, sources: [source('sha256:2')] }))
    await refused
  })

  it('may be given up', async () => {
    const { start, clock, link, sockets } = testLink()
    await start()
    const stop = new AbortController()
    const refused = expect(link.blobSources(['sha256:1'], stop.signal)).rejects.toThrow('enough')
    await clock.advance(0)
    stop.abort(new Error('enough'))
    await refused
    await clock.advance(60_000)
    expect(sockets.last.received.length).toBe(1)
  })
})

import type { BlobSource, UnitFact } from '@windlass/model/unit'
import { decodeEnvelope, decodeFact } from '@windlass/wire/aoscore-cloud'
import { testCloud } from './cloud.contract.ts'
import { FakeCloud } from './fake-cloud.ts'
import { messagesOf, orderText, testLink } from './test-link.ts'

testCloud('FakeCloud', () => {
  const cloud = new FakeCloud()
  return {
    cloud,
    connect: async (connected) => cloud.connect(connected),
    order: async (order) => cloud.order(order),
    sent: () => cloud.sent,
    knows: (source) => cloud.sources.set(source.digest, source),
    wait: async () => undefined,
  }
})

testCloud('CloudLink', async () => {
  const refuses = { all: true }
  const { link, sockets, clock, start } = testLink({ admit: () => (refuses.all ? 'refused' : 'open') })
  const known = new Map<string, BlobSource>()
  await start()
  const facts = (texts: readonly string[]): UnitFact[] => messagesOf(texts).map((envelope) => decodeFact(envelope))
  const answer = (text: string) => {
    const envelope = decodeEnvelope(text)
    const fact = envelope.messageType === 'requestBlobUrls' ? decodeFact(envelope) : undefined
    if (fact?.kind !== 'request_blob_urls') return
    const sources = fact.digests.flatMap((digest) => known.get(digest) ?? [])
    const { correlationId } = fact
    if (sources.length > 0) sockets.last.say(orderText({ kind: 'blob_urls', correlationId, sources }, correlationId))
  }
  return {
    cloud: link,
    connect: async (connected) => {
      refuses.all = !connected
      if (connected) await clock.advance(link.connected() ? 0 : 60_000)
      else sockets.last.drop()
      await clock.advance(0)
      if (connected) sockets.last.hear = answer
    },
    order: async (order) => {
      sockets.last.say(orderText(order))
    },
    sent: () => facts(sockets.last.received),
    knows: (source) => known.set(source.digest, source),
    wait: () => clock.advance(10_000),
  }
})

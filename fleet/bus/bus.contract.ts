import { afterEach, describe, expect, it } from 'vitest'
import { type Bus, longestMessage } from './bus.ts'
import type { BusMessage } from './message.ts'

export interface BusLine {
  /** One more process on the same line. */
  end(): Promise<Bus>
}

/** `cut` breaks every connection to the server. */
type ServedLine = BusLine & { cut(): Promise<void> }

const order = (unit: string): BusMessage => ({ kind: 'ordered', unit, what: 'desired' })
const log = (text: string): BusMessage => ({
  kind: 'log',
  unit: 'u',
  correlationId: text,
  log: { type: 'system', nodeIds: [], filter: {} },
})

/** What every bus does, and what one with a server behind it does besides. */
export function busContract(name: string, make: () => Promise<BusLine>, makeServed?: () => Promise<ServedLine>): void {
  describe(`bus: ${name}`, () => {
    const ends: Bus[] = []
    afterEach(async () => {
      for (const end of ends.splice(0)) await end.close()
    })
    const on = async (line: BusLine) => {
      const bus = await line.end()
      ends.push(bus)
      const heard: BusMessage[] = []
      const losses = { count: 0 }
      bus.subscribe({ hear: (message) => heard.push(message), missed: () => (losses.count += 1) })
      return { bus, heard, losses }
    }
    const until = (check: () => void) => expect.poll(() => tried(check), { timeout: 15_000 }).toBe(true)

    it('tells every process, the sender too, in the order of the sender', async () => {
      const line = await make()
      const [a, b, c] = [await on(line), await on(line), await on(line)]
      const sent = Array.from({ length: 500 }, (_, n) => order(`unit-${n}`))
      for (const message of sent) a.bus.publish(message)
      await until(() => expect(b.heard).toHaveLength(500))
      await until(() => expect(a.heard).toHaveLength(500))
      await until(() => expect(c.heard).toHaveLength(500))
      for (const { heard } of [a, b, c]) expect(heard).toEqual(sent)
    })

    it('carries equal messages, long ones and any characters', async () => {
      const line = await make()
      const [a, b] = [await on(line), await on(line)]
      const sent = [
        order('x'),
        order('x'),
        log('ä\u0000 \u{1f600} \\ "'),
        log('y'.repeat(60_000)),
        log('ü'.repeat(9_000)),
      ]
      for (const message of sent) a.bus.publish(message)
      await until(() => expect(b.heard).toHaveLength(sent.length))
      expect(b.heard).toEqual(sent)
      expect(b.losses.count).toBe(0)
    })

    it('keeps the words of two senders whole', async () => {
      const line = await make()
      const [a, b, c] = [await on(line), await on(line), await on(line)]
      for (let n = 0; n < 50; n += 1) {
        a.bus.publish(log(`a${n} ${'a'.repeat(20_000)}`))
        b.bus.publish(log(`b${n} ${'b'.repeat(20_000)}`))
      }
      await until(() => expect(c.heard).toHaveLength(100))
      const from = (who: string) =>
        c.heard.flatMap((m) => (m.kind === 'log' && m.correlationId.startsWith(who) ? [m.correlationId] : []))
      expect(from('a')).toEqual(Array.from({ length: 50 }, (_, n) => `a${n} ${'a'.repeat(20_000)}`))
      expect(from('b')).toHaveLength(50)
    })

    it('tells nothing to a process that came later, or has gone', async () => {
      const line = await make()
      const [a, gone] = [await on(line), await on(line)]
      a.bus.publish(order('before'))
      await until(() => expect(gone.heard).toHaveLength(1))
      await gone.bus.close()
      const late = await on(line)
      a.bus.publish(order('after'))
      await until(() => expect(late.heard).toEqual([order('after')]))
      expect(gone.heard).toEqual([order('before')])
    })

    it('answers for itself, and says when all has left', async () => {
      const line = await make()
      const a = await on(line)
      a.bus.publish(order('x'))
      await a.bus.flush()
      await a.bus.ping()
      await until(() => expect(a.heard).toHaveLength(1))
    })

    if (!makeServed) return
    it('goes on after its connection broke, and says when something may be missing', async () => {
      const line = await makeServed()
      const [a, b] = [await on(line), await on(line)]
      a.bus.publish(order('before'))
      await until(() => expect(b.heard).toHaveLength(1))
      await line.cut()
      a.bus.publish(order('after'))
      await until(() => expect(b.heard.at(-1)).toEqual(order('after')))
      // Either nothing was lost, or it is told that something may be.
      expect(b.heard.length === 2 || b.losses.count > 0).toBe(true)
    })

    it('lets go of what is too long, and says that something is missing', async () => {
      const line = await makeServed()
      const a = await on(line)
      a.bus.publish(log('z'.repeat(longestMessage)))
      a.bus.publish(order('next'))
      await until(() => expect(a.heard).toEqual([order('next')]))
      expect(a.losses.count).toBe(1)
    })
  })
}

function tried(check: () => void): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { News } from './news.ts'

const down = { kind: 'going_down' } as const

describe('news', () => {
  it('give the first that is looked for, also when it is awaited later', async () => {
    const news = new News(new FakeClock(), new AbortController().signal)
    const next = news.next('a move', (h) => (h.kind === 'moved' ? h.to : undefined))
    for (const to of ['probe', 'poll']) {
      news.tell(down)
      news.tell({ kind: 'moved', from: '', on: '', to })
    }
    expect(await next).toBe('probe')
  })

  it('say what did not come within a minute', async () => {
    const clock = new FakeClock()
    const next = new News(clock, new AbortController().signal).next('a miracle', () => undefined)
    await clock.advance(60_000)
    await expect(next).rejects.toThrow('expected a miracle within 60 s')
  })

  it('end with the reason for which the demo ends', async () => {
    const quit = new AbortController()
    const next = new News(new FakeClock(), quit.signal).next('a miracle', () => undefined)
    quit.abort(new Error('interrupted'))
    await expect(next).rejects.toThrow('interrupted')
  })

  it('are no longer passed on to those who stopped', () => {
    const news = new News(new FakeClock(), new AbortController().signal)
    let seen = 0
    const stop = news.watch(() => (seen += 1))
    news.tell(down)
    stop()
    news.tell(down)
    expect(seen).toBe(1)
  })
})

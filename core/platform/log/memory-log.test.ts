import { describe, expect, it } from 'vitest'
import { createLog } from './create-log.ts'
import { MemoryLog, type MemoryLogOptions } from './memory-log.ts'

const logInto = (options?: MemoryLogOptions) => {
  const memory = new MemoryLog(options)
  let time = new Date(2026, 0, 2, 3, 4, 5, 678).getTime()
  const log = createLog([memory.sink], () => {
    time += 1
    return time - 1
  })
  return { memory, log }
}

describe('MemoryLog', () => {
  it('shows level, message, local time and the fields as strings', () => {
    const { memory, log } = logInto()
    memory.start()
    log.info('moved', { from: 'poll', tries: 2, list: [1, 'a'], none: undefined, error: new Error('no route') })
    expect(memory.toDocument()).toEqual({
      entries: [
        {
          level: 'info',
          message: 'moved',
          time: 'Jan 02 03:04:05.678',
          data: { from: 'poll', tries: '2', list: '[1,"a"]', error: 'no route' },
        },
      ],
      first_index: 0,
    })
  })

  it('records from start to stop, keeps what it has when stopped, and clears it at the next start', () => {
    const { memory, log } = logInto()
    const messages = () => memory.toDocument().entries.map(({ message }) => message)
    log.info('before')
    memory.start()
    log.info('one')
    memory.stop()
    log.info('after')
    expect(messages()).toEqual(['one'])
    memory.start()
    log.info('two')
    expect(messages()).toEqual(['two'])
  })

  it('records some lines even when stopped, without clearing', () => {
    const { memory, log } = logInto({ always: ({ text }) => text === 'no update' })
    memory.start()
    log.info('one')
    memory.stop()
    log.info('no update')
    log.info('other')
    expect(memory.toText()).toBe('Jan 02 03:04:05.678 info one\nJan 02 03:04:05.679 info no update\n')
  })

  it('counts repeats of the newest entry and keeps the time of the first', () => {
    const { memory, log } = logInto()
    memory.start()
    for (let n = 0; n < 12; n += 1) log.error('server unreachable', { url: 'x' })
    log.error('server unreachable', { url: 'y' })
    log.error('server unreachable', { url: 'x' })
    expect(memory.toDocument().entries.map(({ message, time }) => `${time} ${message}`)).toEqual([
      'Jan 02 03:04:05.678 server unreachable (repeated 12 times)',
      'Jan 02 03:04:05.690 server unreachable',
      'Jan 02 03:04:05.691 server unreachable',
    ])
  })

  it('drops the oldest beyond its bound, and first_index tells how many', () => {
    const { memory, log } = logInto()
    memory.start()
    for (let n = 0; n < 5000; n += 1) log.info(`line ${n} ${'x'.repeat(500)}`)
    const { entries, first_index } = memory.toDocument()
    expect(first_index + entries.length).toBe(5000)
    expect(entries[0]?.message).toMatch(new RegExp(`^line ${first_index} `))
    expect(JSON.stringify(entries).length).toBeLessThan(2 ** 20)
    expect(entries.length).toBeGreaterThan(1000)
  })

  it('keeps the newest whatever its size', () => {
    const { memory, log } = logInto({ maxBytes: 1000 })
    memory.start()
    log.info('small')
    log.info('x'.repeat(5000))
    expect(memory.toDocument()).toMatchObject({ entries: [{ message: 'x'.repeat(5000) }], first_index: 1 })
  })

  it('never lets first_index decrease, also over a new start', () => {
    const { memory, log } = logInto()
    memory.start()
    log.info('one')
    log.info('two')
    memory.start()
    expect(memory.toDocument()).toEqual({ entries: [], first_index: 2 })
    log.info('three')
    expect(memory.toDocument()).toMatchObject({ first_index: 2 })
  })
})

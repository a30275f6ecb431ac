import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { barLine, progressBar } from './progress-bar.ts'
import { bytesText, durationText } from './quantities.ts'
import { facts, table } from './table.ts'

const MiB = 1024 * 1024

describe('quantities', () => {
  it('writes bytes in the largest unit that keeps a digit before the point', () => {
    expect([0, 1023, 1024, 64 * MiB, 5 * 1024 ** 4].map(bytesText)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '64.0 MiB',
      '5.0 TiB',
    ])
  })

  it('writes durations no finer than one can use', () => {
    expect([0.4, 59, 61, 599, 601, 3725].map(durationText)).toEqual([
      '0 s',
      '59 s',
      '1 min 1 s',
      '9 min 59 s',
      '10 min',
      '1 h 2 min',
    ])
  })
})

describe('table', () => {
  it('makes columns as wide as their longest cell', () => {
    expect(
      table(
        [
          ['a', 'b'],
          ['long', 'c'],
        ],
        ['X', 'Y'],
      ),
    ).toBe('X     Y\na     b\nlong  c')
  })

  it('leaves out facts that are not known', () => {
    expect(facts({ version: '2', hardware: undefined, uid: 'x' })).toBe('version:  2\nuid:      x')
  })
})

describe('progressBar', () => {
  it('says bytes, rate and time left', () => {
    expect(barLine('packing', 16 * MiB, 64 * MiB, 12 * MiB)).toBe(
      'packing  [##--------]  25 %  16.0 of 64.0 MiB  12.0 MiB/s  4 s left',
    )
  })

  it('redraws one line at most ten times a second, and takes it away', async () => {
    const clock = new FakeClock()
    let shown = ''
    const bar = progressBar({ write: (text) => (shown += text), columns: 40 }, clock, 'packing')
    for (let done = 0; done < 100; done++) {
      bar.show(done * MiB, 100 * MiB)
      await clock.advance(10)
    }
    bar.end()
    const lines = shown.split('\r\x1b[K').slice(1)
    expect(lines).toHaveLength(11)
    expect(lines.every((line) => line.length < 40)).toBe(true)
    expect(lines.at(-1)).toBe('')
  })
})

import { FakeClock } from '@windlass/platform/fakes'
import { beforeEach, describe, expect, it } from 'vitest'
import { line } from './line.ts'
import { type Output, type Screen, screenOn } from './screen.ts'

const progress = { state: 'download', totalBytes: 4096, bytesPerSecond: 1024, secondsLeft: 3 }

describe('the screen', () => {
  let shown = ''
  let clock = new FakeClock()
  beforeEach(() => {
    shown = ''
    clock = new FakeClock()
  })
  const screen = (out: Partial<Output>, env = {}, json = false): Screen => {
    return screenOn({ write: (text) => (shown += text), ...out }, clock, { json, env })
  }

  it('has one aligned line for each thing, in colour only on a terminal that wants it', () => {
    screen({}).line(line('fleet', 'listens', 'good'))
    expect(shown).toBe('    0.0 s  fleet     listens\n')
    shown = ''
    screen({ isTTY: true }).line(line('fleet', 'listens', 'good'))
    expect(shown).toContain('\u001b[32m')
    shown = ''
    screen({ isTTY: true }, { NO_COLOR: '1' }).line(line('fleet', 'listens', 'good'))
    expect(shown).not.toContain('\u001b[32m')
  })

  it('redraws progress on a terminal, no wider than that is', async () => {
    const on = screen({ isTTY: true, columns: 40 }, { NO_COLOR: '1' })
    for (let done = 0; done <= 4096; done += 512) {
      on.progress('device', { ...progress, doneBytes: done })
      await clock.advance(50)
    }
    const drawn = shown.split('\r\u001b[K').slice(1)
    expect(drawn).toHaveLength(5)
    expect(drawn.every((text) => text.length < 40 && !text.includes('\n'))).toBe(true)
  })

  it('writes a line for each quarter where nobody watches', () => {
    const on = screen({})
    for (let done = 0; done <= 4096; done += 512) on.progress('device', { ...progress, doneBytes: done })
    expect(shown.split('\n')).toEqual([
      '    0.0 s  device    download     [#####---------------]  25 %  1.0 KiB of 4.0 KiB  1.0 KiB/s  3 s left',
      '    0.0 s  device    download     [##########----------]  50 %  2.0 KiB of 4.0 KiB  1.0 KiB/s  3 s left',
      '    0.0 s  device    download     [###############-----]  75 %  3.0 KiB of 4.0 KiB  1.0 KiB/s  3 s left',
      '',
    ])
  })

  it('writes documents for programs', () => {
    const on = screen({}, {}, true)
    on.line(line('device', 'probe       asks'))
    on.page('a page', { ok: true })
    expect(
      shown
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual([
      { ms: 0, who: 'device', text: 'probe asks', tone: 'plain' },
      { ms: 0, ok: true },
    ])
  })
})

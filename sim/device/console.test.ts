import { describe, expect, it } from 'vitest'
import { readConsole } from './console.ts'

describe("the device's console", () => {
  it('tells the moves of the machine', () => {
    const line =
      '{"time":"2026-11-22T05:00:00.000Z","level":"debug","text":"moved","from":"probe","on":"none","to":"entry_point"}'
    expect(readConsole(line)).toEqual({ kind: 'moved', from: 'probe', on: 'none', to: 'entry_point' })
  })

  it('tells other lines with their fields', () => {
    const line = '{"time":"2026-11-22T05:00:00.000Z","level":"error","text":"update failed","code":"no_space"}'
    expect(readConsole(line)).toEqual({
      kind: 'logged',
      level: 'error',
      text: 'update failed',
      fields: { code: 'no_space' },
    })
  })

  it.each(['', 'Segmentation fault', '{"half":', '42', 'null'])('passes over %j', (line) => {
    expect(readConsole(line)).toBeUndefined()
  })
})

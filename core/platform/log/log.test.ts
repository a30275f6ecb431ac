import { describe, expect, it } from 'vitest'
import { createLog, fromLevel } from './create-log.ts'
import { jsonLines, prettyLines } from './lines.ts'

const time = new Date(2026, 0, 2, 3, 4, 5, 678).getTime()
const written = (sink: typeof jsonLines) => {
  const lines: string[] = []
  return { lines, log: createLog([sink((line) => lines.push(line))], () => time) }
}

describe('createLog', () => {
  it('puts the fields of a child on each of its lines', () => {
    const { lines, log } = written(jsonLines)
    log.child({ unit: 'u1', node: 'n1' }).info('moved', { node: 'n2', ms: 5 })
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: new Date(time).toISOString(),
      level: 'info',
      text: 'moved',
      unit: 'u1',
      node: 'n2',
      ms: 5,
    })
  })

  it('lets a sink have only the louder lines', () => {
    const seen: string[] = []
    const log = createLog([fromLevel('info', ({ level }) => seen.push(level))], () => 0)
    for (const level of ['trace', 'debug', 'info', 'warning', 'error'] as const) log[level]('x')
    expect(seen).toEqual(['info', 'warning', 'error'])
  })
})

describe('jsonLines', () => {
  it('writes an error as its message and the messages of its causes', () => {
    const { lines, log } = written(jsonLines)
    log.error('stopped', { error: new Error('no disk', { cause: new Error('EIO') }), size: 5n })
    expect(lines[0]).toMatch(/^\{.*"error":"no disk: EIO","size":"5".*\}\n$/)
  })
})

describe('prettyLines', () => {
  it('writes local time, level, text and fields', () => {
    const { lines, log } = written(prettyLines)
    log.warning('probe failed', { why: 'no route', retries: 2, none: undefined })
    expect(lines).toEqual(['03:04:05.678 warning probe failed  why="no route" retries=2\n'])
  })

  it('colors only when asked', () => {
    const { lines, log } = written((write) => prettyLines(write, { color: true }))
    log.error('stopped')
    expect(lines[0]).toContain('\u001b[31merror')
  })
})

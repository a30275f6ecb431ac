import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import { gunzipSync } from 'node:zlib'
import { ended, FakeClock, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { instanceId } from '../instances/ids.ts'
import { instanceOrder } from '../instances/sample-instances.ts'
import { LogFolder } from './log-folder.ts'
import { logParts } from './log-parts.ts'
import { answerLog, type LogOrder } from './log-requests.ts'

const limits = { maxPartSize: 100, maxPartCount: 3 }
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

function scene(maxBytes = 1000, keepMs = 1e12) {
  const folder = mkdtempSync(join(tmpdir(), 'logs-'))
  const clock = new FakeClock()
  const make = () => new LogFolder(folder, clock, { maxBytes, keepMs })
  const logs = make()
  const say = async (line: string, id = 'one') => {
    appendFileSync(await logs.path(id), line)
    await logs.look(new Set())
    await clock.advance(1000)
  }
  return { folder, clock, logs, again: make, say, close: () => rmSync(folder, { recursive: true }) }
}

describe('the logs of services', () => {
  it('are read by the time at which it was said', async () => {
    const { clock, logs, again, say, close } = scene()
    const start = clock.now()
    for (const line of ['a\n', 'b\n', 'c\n', 'd\n']) await say(line)
    expect(text(await logs.read('one', {}))).toBe('a\nb\nc\nd\n')
    expect(text(await logs.read('one', { fromMs: start + 1000 }))).toBe('b\nc\nd\n')
    expect(text(await again().read('one', { fromMs: start + 1000, tillMs: start + 2000 }))).toBe('b\nc\n')
    expect(text(await logs.read('nobody', {}))).toBe('')
    close()
  })

  it('never take more than twice their size, and the newest is kept', async () => {
    const { folder, logs, say, close } = scene(100)
    for (let line = 0; line < 100; line += 1) await say(`line ${String(line).padStart(4)}\n`)
    const size = (name: string) => statSync(join(folder, name)).size
    expect(size('one.log')).toBeLessThanOrEqual(110)
    expect(size('one.old')).toBeLessThanOrEqual(100)
    const kept = text(await logs.read('one', {}))
    expect(kept).toMatch(/line {3}98\nline {3}99\n$/)
    expect(kept.length).toBeGreaterThan(100)
    close()
  })

  it('go when their instance is gone for long; a quiet one keeps its own, whatever the clock is set to', async () => {
    const year = 365 * 24 * 3_600_000
    const { clock, logs, say, close } = scene(1000, 2 * year)
    await say('quiet\n', 'ordered')
    await say('quiet\n', 'gone')
    clock.jump(100 * year)
    await logs.look(new Set(['ordered']))
    expect(text(await logs.read('ordered', {}))).toBe('quiet\n')
    expect(text(await logs.read('gone', {}))).toBe('')
    close()
  })

  it('keep their times when they are turned', async () => {
    const { clock, logs, say, close } = scene(30)
    const start = clock.now()
    for (const line of ['1 23456789\n', '2 23456789\n', '3 23456789\n', '4 23456789\n']) await say(line)
    expect(text(await logs.read('one', { fromMs: start + 2000 }))).toBe('3 23456789\n4 23456789\n')
    close()
  })
})

describe('a log request', () => {
  const web = instanceOrder('web').ident
  const filter = { itemId: 'web' }
  const ask = async (order: LogOrder, said: string, processes = new FakeProcesses()) => {
    const { logs, say, clock, close } = scene()
    const start = clock.now()
    await say(said, instanceId(web))
    await say('after\n', instanceId(web))
    const crashes = () => [{ startedAt: start, endedAt: start }]
    const parts = await answerLog(order, { logs, idents: () => [web], crashes, processes }, limits)
    close()
    return parts
  }

  it('for a large log is answered in parts from 1 to n, each packed, each within its size (C15)', async () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`).join('')
    const parts = await ask({ kind: 'instance_log', correlationId: 'c', filter }, lines)
    expect(parts.map(({ part, partCount, status }) => [part, partCount, status])).toEqual([
      [1, 2, 'ok'],
      [2, 2, 'ok'],
    ])
    const unpacked = parts.map(({ data }) => gunzipSync(data).toString())
    expect(unpacked.join('')).toBe(`${lines}after\n`)
    for (const part of unpacked) expect([part.length <= 100, part.endsWith('\n')]).toEqual([true, true])
  })

  it('for more than the parts may hold gives the newest', async () => {
    const parts = await logParts('c', Buffer.from('x'.repeat(950)), limits)
    expect(parts.map(({ data }) => gunzipSync(data).length)).toEqual([100, 100, 50])
  })

  it('for an unknown instance is answered absent (C14)', async () => {
    const parts = await ask({ kind: 'instance_log', correlationId: 'c', filter: { itemId: 'other' } }, 'x\n')
    expect(parts).toMatchObject([{ status: 'absent', part: 1, partCount: 1, error: { aosCode: 0 } }])
  })

  it('for silence is answered empty', async () => {
    expect(await ask({ kind: 'instance_log', correlationId: 'c', filter, tillMs: 1 }, '')).toMatchObject([
      { status: 'empty' },
    ])
  })

  it('for a crash gives what was said in the life that ended so', async () => {
    const parts = await ask({ kind: 'crash_log', correlationId: 'c', filter }, 'last words\n')
    expect(parts.map(({ data }) => gunzipSync(data).toString())).toEqual(['last words\n'])
  })

  it('for the system s log asks the journal, and says so when there is none', async () => {
    const processes = new FakeProcesses({ journalctl: () => ended({ stdout: 'boot\n' }) })
    const parts = await ask({ kind: 'system_log', correlationId: 'c', fromMs: 1500 }, '', processes)
    expect(parts.map(({ data }) => gunzipSync(data).toString())).toEqual(['boot\n'])
    expect(processes.calls[0]?.args).toContain('--since=@1.5')
    expect(await ask({ kind: 'system_log', correlationId: 'c' }, '')).toMatchObject([
      { status: 'error', part: 0, partCount: 0 },
    ])
  })
})

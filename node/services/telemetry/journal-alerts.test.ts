import type { NodeAlert } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { ended, FakeClock, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { JournalAlerts } from './journal-alerts.ts'
import { journalEntry } from './journal-entry.ts'
import { memoryJournalRecords } from './journal-records.ts'

const rules = { priority: 3, filter: [/^harmless/] }
/** As `journalctl --output=json` (252) writes it. */
const entry = (fields: object) =>
  JSON.stringify({
    __CURSOR: 's=348a;i=665',
    __REALTIME_TIMESTAMP: '1795350078650532',
    PRIORITY: '3',
    MESSAGE: 'disk is broken',
    _HOSTNAME: 'vm',
    ...fields,
  })

describe('an entry of the journal', () => {
  const alert = { kind: 'system', timeMs: 1_795_350_078_650, message: 'disk is broken' }

  it('is an alert of the system where it is urgent', () => {
    expect(journalEntry(entry({}), rules)).toEqual({ cursor: 's=348a;i=665', alert })
    expect(journalEntry(entry({ PRIORITY: '0' }), rules)?.alert).toEqual(alert)
    for (const fields of [{ PRIORITY: '4' }, { PRIORITY: undefined }, { MESSAGE: 'harmless' }, { MESSAGE: null }]) {
      expect(journalEntry(entry(fields), rules)).toEqual({ cursor: 's=348a;i=665' })
    }
  })

  it('of the unit’s own programs is theirs, also where the service manager speaks of them', () => {
    const component = (fields: object) => journalEntry(entry(fields), rules)?.alert
    expect(component({ _SYSTEMD_UNIT: 'windlass-unit.service' })).toMatchObject({ kind: 'core', component: 'CM' })
    expect(component({ _SYSTEMD_UNIT: 'aos-iam.service' })).toMatchObject({ kind: 'core', component: 'IAM' })
    const init = { _SYSTEMD_UNIT: undefined, UNIT: 'windlass-services.service' }
    expect(component(init)).toMatchObject({ kind: 'core', component: 'SM' })
    expect(component({ _SYSTEMD_UNIT: 'ssh.service' })).toEqual(alert)
  })

  it('may be bytes, or long, or several', () => {
    const message = (MESSAGE: unknown) => journalEntry(entry({ MESSAGE }), rules)?.alert
    expect(message([98, 105, 110, 255])).toMatchObject({ message: 'bin�' })
    expect(message('x'.repeat(1000))).toMatchObject({ message: 'x'.repeat(256) })
    expect(message(['one', 'two'])).toMatchObject({ message: 'one two' })
  })

  it('that is none is left out', () => {
    for (const line of ['', '{', '[]', '"text"', '{"MESSAGE":"x"}']) expect(journalEntry(line, rules)).toBeUndefined()
  })
})

describe('alerts of the journal', () => {
  const line = (n: number) => entry({ __CURSOR: `c${n}`, MESSAGE: `broken ${n}` })

  function scene(...outputs: string[]) {
    const clock = new FakeClock({ auto: true })
    const quit = new AbortController()
    const told: string[] = []
    const journalctl = () => {
      const stdout = outputs.shift()
      if (stdout === undefined) quit.abort(new Error('over'))
      return stdout?.startsWith('!') ? ended({ code: 1, stderr: stdout.slice(1) }) : ended({ stdout: stdout ?? '' })
    }
    const processes = new FakeProcesses({ journalctl })
    const records = memoryJournalRecords()
    const tell = (alert: NodeAlert) => void told.push('message' in alert ? alert.message : '')
    const alerts = new JournalAlerts({ processes, records, clock, log: createLog([], () => 0), tell }, rules)
    const where = () => processes.calls.map(({ args }) => args.at(-1))
    return { alerts, quit, told, where, cursor: () => records.journalCursor() }
  }

  it('go on where they ended, also over a restart of the reader', async () => {
    const s = scene(`${line(1)}\n${line(2)}\n`, `${line(3)}\n`)
    await s.alerts.follow(s.quit.signal)
    expect(s.told).toEqual(['broken 1', 'broken 2', 'broken 3'])
    expect(s.where()).toEqual(['--lines=0', '--after-cursor=c2', '--after-cursor=c3'])
  })

  it('begin anew where the journal has lost its place', async () => {
    const s = scene(`${line(1)}\n`, '!Failed to seek to cursor: Invalid argument', `${line(9)}\n`)
    await s.alerts.follow(s.quit.signal)
    expect(s.where()).toEqual(['--lines=0', '--after-cursor=c1', '--lines=0', '--after-cursor=c9'])
    expect(s.told).toEqual(['broken 1', 'broken 9'])
  })

  it('are few where the journal is flooded, and how many are left out is told', async () => {
    const flood = Array.from({ length: 100 }, (_, n) => line(n)).join('\n')
    const s = scene(`${flood}\n`, `${line(200)}\n`)
    await s.alerts.follow(s.quit.signal)
    expect(s.told.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, n) => `broken ${n}`))
    expect(s.told.slice(16)).toEqual(['84 messages of the journal not told', 'broken 200'])
    expect(s.cursor()).toBe('c200')
  })
})

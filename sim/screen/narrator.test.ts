import { describe, expect, it } from 'vitest'
import type { Happening } from '../happenings.ts'
import { Narrator } from './narrator.ts'

function told(...happenings: Happening[]): string[] {
  let now = 0
  const narrator = new Narrator(() => (now += 500))
  return happenings.flatMap((h) => narrator.lines(h)).map(({ who, text }) => `${who}: ${text}`)
}

const moved = (from: string, on: string, to: string): Happening => ({ kind: 'moved', from, on, to })
const logged = (level: string, text: string, fields = {}): Happening => ({ kind: 'logged', level, text, fields })
const at = '2026-11-22T05:00:00.000Z'
const device = 'd'.repeat(64)
const uid = 'a'.repeat(64)

describe('the narrator', () => {
  it('names the state a restart led to, which no move tells', () => {
    expect(
      told(
        moved('install', 'installed', 'reboot'),
        { kind: 'going_down' },
        { kind: 'booted', slot: 'b', fellBack: false, trial: { start: 1, of: 2 } },
        logged('info', 'agent started', { version: '2.0' }),
        moved('trying', 'confirmed', 'entry_point'),
      ),
    ).toEqual([
      'device: reboot       asks for a restart',
      'machine: goes down for a restart',
      'machine: boots slot b, on trial (start 1 of 2)',
      'device: agent up, system 2.0',
      'device: trying       is the new system fit to stay?',
      'device: update confirmed: this slot stays',
      'device: entry_point  a cycle begins',
    ])
  })

  it('says at its end what a long state took', () => {
    const progress = { state: 'download', totalBytes: 1048576, bytesPerSecond: null, secondsLeft: null }
    expect(
      told(
        { kind: 'progress', progress: { ...progress, doneBytes: 1 } },
        { kind: 'progress', progress: { ...progress, doneBytes: 1048576 } },
        moved('download', 'fetched', 'validation'),
      ),
    ).toEqual(['device: download     1.0 MiB in 1.0 s', 'device: validation   checks every object by its digest'])
  })

  it('tells why an update failed, with digests one can read', () => {
    expect(told(logged('error', 'update failed', { code: 'object_mismatch', why: `got ${uid}` }))).toEqual([
      'device: failed       object_mismatch: got aaaaaaaaaaaa…',
    ])
  })

  it('tells what the fleet concludes, and how it hears of it', () => {
    const attempt = { kind: 'attempt', at, device, package: uid, version: '3.0' } as const
    expect(
      told(
        { kind: 'fleet', event: { kind: 'report', at, device, package: uid, status: 'installed', errorMessage: null } },
        { kind: 'fleet', event: { ...attempt, state: 'updating', reason: null } },
        { kind: 'fleet', event: { ...attempt, state: 'rolled_back', reason: 'no uplink' } },
        { kind: 'fleet', event: { ...attempt, version: null, state: 'failed', reason: null } },
      ),
    ).toEqual([
      'fleet: hears: installed',
      'fleet: the update to 3.0 was rolled back: no uplink',
      'fleet: the update to aaaaaaaaaaaa failed: no reason',
    ])
  })

  it('tells when a slot does not start, the agent dies and the boot loader goes back', () => {
    expect(
      told(
        { kind: 'not_bootable', slot: 'b', why: 'no files' },
        { kind: 'agent_ended', how: 'signal SIGKILL' },
        { kind: 'booted', slot: 'a', fellBack: true, trial: null },
      ),
    ).toEqual([
      'machine: slot b does not start: no files',
      'machine: the agent ended by itself (signal SIGKILL); the watchdog resets the device',
      'machine: the other slot was never confirmed: back to slot a',
    ])
  })
})

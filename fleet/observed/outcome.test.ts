import type { Report } from '@windlass/wire/updatehub'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../store/records.ts'
import { attempt, device, facts, sight, uidOf } from '../store/samples.ts'
import { afterOffer, afterProbe, afterReport } from './outcome.ts'

const at = 5000
const s = { ...sight('A1', '3.0', at), by: 'report' as const }
const runs = (version: string) => device('A1', version)
const report = (status: string, trouble?: Partial<Report['trouble']>): Report => ({
  ...facts('A1', '3.0'),
  status,
  packageUid: uidOf('p'),
  ...(status === 'error' && { trouble: { previousState: '', errorMessage: '', currentLog: '', ...trouble } }),
})
const probed = (before: Partial<Attempt>, version: string) => afterProbe(runs(version), [attempt(s.id, before)], at)
const reported = (r: Report, before?: Partial<Attempt>) =>
  afterReport(s, r, before && attempt(s.id, before), before ? '9' : '3.1')

describe('what a probe tells about an update under way', () => {
  it('the new version means updated, whatever stood before', () => {
    for (const state of ['offered', 'updating', 'failed', 'rolled_back'] as const)
      expect(probed({ state, retry: true }, '3.1')).toEqual([attempt(s.id, { state: 'updated', retry: false, at })])
  })

  it('the old version after the reboot was announced means rolled back', () => {
    expect(probed({ state: 'updating', lastReport: 'rebooting' }, '3.0')).toMatchObject([
      { state: 'rolled_back', reason: 'came back with version 3.0 instead of 3.1', retry: false },
    ])
  })

  it('the old version before that means nothing, also of a device that installed and waits for its restart', () => {
    for (const lastReport of [null, 'downloading', 'downloaded', 'installing', 'installed'])
      expect(probed({ state: 'updating', lastReport }, '3.0')).toEqual([])
    expect(probed({ state: 'failed', lastReport: 'rebooting' }, '3.0')).toEqual([])
  })

  it('says nothing of packages the fleet does not know', () => {
    expect(probed({ state: 'updating', lastReport: 'rebooting', version: null }, '3.0')).toEqual([])
  })
})

describe('what a report makes of an attempt', () => {
  it('S5 every step of an update is under way', () => {
    for (const status of ['downloading', 'downloaded', 'installing', 'installed', 'rebooting', 'rebooting'])
      expect(reported(report(status))).toMatchObject({ state: 'updating', lastReport: status, version: '3.1' })
  })

  it('S6 an error is a failure with its message', () => {
    const r = report('error', { previousState: 'installing', errorMessage: 'ENOSPC' })
    expect(reported(r)).toMatchObject({ state: 'failed', reason: 'ENOSPC', lastReport: 'error' })
    expect(reported(report('error'))?.reason).toBe('reported an error')
  })

  it('an error out of reverting is a roll-back', () => {
    const r = report('error', { previousState: 'reverting', errorMessage: 'health check failed' })
    expect(reported(r)).toMatchObject({ state: 'rolled_back', reason: 'health check failed' })
  })

  it('a failure takes the permission to retry away, steps do not', () => {
    expect(reported(report('downloading'), { retry: true })?.retry).toBe(true)
    expect(reported(report('error'), { retry: true })?.retry).toBe(false)
  })

  it('a status that is no step changes nothing', () => {
    expect(reported(report('idle'))).toBeUndefined()
  })
})

describe('an offer', () => {
  it('is counted, and starts a failed attempt anew', () => {
    const before = attempt(s.id, { state: 'failed', retry: true, offers: 2, lastReport: 'rebooting' })
    expect(afterOffer(s, uidOf('p'), '3.1', before)).toMatchObject({ state: 'offered', offers: 3, retry: true })
    expect(afterOffer(s, uidOf('p'), '3.1', undefined)).toMatchObject({ state: 'offered', offers: 1 })
  })

  it('leaves an update under way as it is', () => {
    const before = attempt(s.id, { state: 'updating', lastReport: 'downloading' })
    expect(afterOffer(s, uidOf('p'), '3.1', before)).toMatchObject({ state: 'updating', lastReport: 'downloading' })
  })
})

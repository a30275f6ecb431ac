import type { DeviceDetail, ReleaseRecord, ReportRecord, RolloutRecord } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { agentMachine } from './devices/agent-machine.ts'
import { passedThrough, stateOfStatus } from './devices/agent-state.ts'
import { wantedText } from './devices/wanted-text.ts'
import { releaseDiff } from './releases/release-diff.ts'
import { rolloutState } from './rollouts/rollout-state.ts'

const report = (status: string, given: Partial<ReportRecord> = {}): ReportRecord => ({
  id: 1,
  at: '2026-11-22T08:00:00.000Z',
  package: 'p2',
  status,
  concluded: false,
  previousState: null,
  errorMessage: null,
  log: null,
  ...given,
})

describe("the agent's machine", () => {
  const { states: agentStates, arrowsFrom } = agentMachine

  it('has arrows between its own states only, out of every state', () => {
    for (const state of agentStates)
      expect(arrowsFrom(state).filter(({ to }) => !agentStates.includes(to) || to === undefined)).toEqual([])
    expect(agentStates.filter((state) => arrowsFrom(state).length === 0)).toEqual([])
  })

  it('names the events that lead to the same state together, and losing power where it leads on', () => {
    expect(arrowsFrom('reboot')).toContainEqual({ to: 'trying', on: ['boot'] })
    expect(arrowsFrom('download')).toContainEqual({ to: 'entry_point', on: ['cancelled', 'abort'] })
    expect(arrowsFrom('download').map(({ to }) => to)).not.toContain('download')
  })

  it('is where the last report puts it, and polls between updates', () => {
    expect(['installing', 'error', 'updated', 'idle'].map(stateOfStatus)).toEqual(['install', 'error', 'poll', 'poll'])
  })

  it('was where the last package led it, and not where an earlier one did', () => {
    const history = [report('installing'), report('downloading'), report('error', { package: 'p1' })]
    expect([...passedThrough(history)]).toEqual(['install', 'download'])
  })
})

describe('why a device gets nothing', () => {
  it('is held where the package failed before, and waits where the rollout does', () => {
    const text = (wanted: DeviceDetail['wanted']) => wantedText({ wanted, waits: null })
    expect(text({ answer: 'none', reason: 'failed_before', rollout: 3 }).meaning).toBe('held')
    const offer = { answer: 'offer', package: 'p', version: '2.0', rollout: 3 } as const
    expect(text(offer).meaning).toBe('running')
    expect(wantedText({ wanted: offer, waits: 'metered link (wwan0)' })).toEqual({
      text: 'Version 2.0 was offered. The device waits: metered link (wwan0).',
      meaning: 'held',
    })
    expect(text({ answer: 'wait', seconds: 15_120, rollout: 3 }).text).toBe('It may go on in 4 h 12 min.')
  })
})

describe('the difference of two releases', () => {
  const content = (given: Partial<ReleaseRecord['content']>): ReleaseRecord['content'] => ({
    name: 'r',
    notes: '',
    items: [],
    instances: [],
    subjects: [],
    ...given,
  })

  it('names what is new, what went and what changed, and nothing else', () => {
    const items = [
      { itemId: 'a', version: '1.0.0' },
      { itemId: 'b', version: '1.0.0' },
      { itemId: 'same', version: '1.0.0' },
    ]
    const later = [
      { itemId: 'a', version: '2.0.0' },
      { itemId: 'c', version: '1.0.0' },
      { itemId: 'same', version: '1.0.0' },
    ]
    expect(releaseDiff(content({ items }), content({ items: later }))).toEqual([
      { about: 'item', name: 'a', before: '1.0.0', after: '2.0.0' },
      { about: 'item', name: 'b', before: '1.0.0', after: null },
      { about: 'item', name: 'c', before: null, after: '1.0.0' },
    ])
  })

  it('sees another number of instances', () => {
    const of = (numInstances: number) =>
      content({ instances: [{ itemId: 'a', subjectId: 'unit', priority: 0, labels: [], numInstances }] })
    expect(releaseDiff(of(1), of(2))).toMatchObject([{ about: 'instances', before: expect.stringContaining('1 ×') }])
    expect(releaseDiff(of(2), of(2))).toEqual([])
  })
})

describe('a rollout as a whole', () => {
  const counts = { pending: 0, updating: 0, updated: 3, failed: 0, rolled_back: 0 }
  const state = (given: Partial<RolloutRecord>) =>
    rolloutState({ status: 'running', startAt: null, counts, ...given } as RolloutRecord, 0)

  it('is done, failed, running, waiting or held', () => {
    expect(state({}).meaning).toBe('done')
    expect(state({ counts: { ...counts, failed: 1 } }).meaning).toBe('failed')
    expect(state({ counts: { ...counts, pending: 1 } }).meaning).toBe('running')
    expect(state({ startAt: '2026-11-22T08:00:00.000Z' }).meaning).toBe('waiting')
    expect(state({ status: 'aborted' })).toEqual({ meaning: 'held', text: 'aborted' })
    expect(state({ status: 'paused' })).toEqual({ meaning: 'held', text: 'paused' })
  })
})

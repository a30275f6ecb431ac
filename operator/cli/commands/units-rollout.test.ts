import type { UnitRolloutDetail } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { say } from '../test-ports.ts'

const counts = { pending: 2, updating: 1, updated: 0, failed: 0, rolled_back: 0 }
const rollout: UnitRolloutDetail = {
  id: 4,
  release: { id: 2, name: 'summer' },
  to: { model: 'boat' },
  status: 'paused',
  createdAt: '2026-01-02T03:04:05.000Z',
  plan: {
    windows: [],
    timeZone: 'UTC',
    speed: {},
    health: null,
    phases: [
      { size: { count: 1 }, gate: {} },
      { size: { rest: true }, gate: {} },
    ],
  },
  phase: 1,
  paused: { at: '2026-01-02T03:04:06.000Z', by: 'operator', reason: 'the storm' },
  counts,
  phases: [
    { number: 1, state: 'open', counts: { ...counts, pending: 0 }, waitsFor: ['ann may approve'] },
    { number: 2, state: 'closed', counts: { ...counts, updating: 0 }, waitsFor: [] },
  ],
  units: [{ unit: 'boat-1', state: 'updating', phase: 1, orderedAt: '2026-01-02T03:04:05.000Z', previous: 1 }],
  next: null,
}

/** Answers everything with the rollout, and remembers what was asked. */
function fleet() {
  const asked: [request: string, body: unknown][] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { method } = request
    const path = new URL(request.url).pathname
    const body = await request.text()
    asked.push([`${method} ${path.replace('/api/v1/', '')}`, body ? JSON.parse(body) : undefined])
    return Response.json(path.endsWith('unit-rollouts') && method === 'GET' ? { rollouts: [rollout] } : rollout)
  }
  return { asked, fetch }
}

describe('windlass units rollout', () => {
  it('starts for every unit, a model, or the units named: one of them', async () => {
    const { asked, fetch } = fleet()
    const start = (...args: string[]) => say(['units', 'rollout', 'start', '2', ...args], { fetch })
    expect((await start('--model', 'boat', '--phase', '1,soak=1h,approve=ann')).out).toMatch('units rollout show 4')
    expect(asked.pop()).toEqual([
      'POST unit-rollouts',
      {
        release: 2,
        to: { model: 'boat' },
        phases: [{ size: { count: 1 }, gate: { soakSeconds: 3600, approval: { by: ['ann'], needed: 1 } } }],
      },
    ])
    await start('--unit', 'a', 'b', 'a')
    expect(asked.pop()?.[1]).toEqual({ release: 2, to: { units: ['a', 'b'] } })
    await start('--all')
    expect(asked.pop()?.[1]).toEqual({ release: 2, to: { all: true } })
    expect(await start()).toMatchObject({
      code: 64,
      err: expect.stringMatching('one of --all, --model, --group, --query and --unit, got none'),
    })
    expect(await start('--all', '--model', 'boat')).toMatchObject({
      code: 64,
      err: expect.stringMatching('got several'),
    })
    expect(asked).toEqual([])
  })

  it('only says what it would do, where that is wanted', async () => {
    const asked: string[] = []
    const summer = { id: 1, name: 'spring' }
    const from = [
      { release: summer, units: 4 },
      { release: null, units: 1 },
    ]
    const fetch: typeof globalThis.fetch = async (input, init) => {
      asked.push(new URL(new Request(input, init).url).pathname)
      return Response.json({ units: 5, phases: [1, 4], away: 2, has: 3, from })
    }
    const { out } = await say(['units', 'rollout', 'start', '2', '--group', 'boats', '--dry-run'], { fetch })
    expect(asked).toEqual(['/api/v1/unit-rollouts/forecast'])
    expect(out).toMatch(/units: +5 would be ordered it\n +phase 1: +1\n +phase 2: +4\naway: +2 of them/)
    expect(out).toMatch('From 1 (spring): 4\nFrom none: 1\nLeft out: 3 that are to run it already\n')
  })

  it('shows phases, what the next one waits for, and each unit', async () => {
    const { fetch } = fleet()
    const { out } = await say(['units', 'rollout', 'show', '4'], { fetch })
    expect(out).toMatch(/why: +the storm/)
    expect(out).toMatch(/phase 1: +1 unit, open: 1 updating; the next waits: ann may approve/)
    expect(out).toMatch(/boat-1 +updating +1 +2026-01-02T03:04:05\.000Z +1/)
    expect((await say(['units', 'rollout', 'list'], { fetch })).out).toMatch(/4 +2 +summer +every unit of model boat/)
  })

  it('is steered', async () => {
    const { asked, fetch } = fleet()
    const word = (what: string, ...args: string[]) => say(['units', 'rollout', what, '4', ...args], { fetch })
    await word('pause', '--reason', 'the storm')
    await word('resume')
    await word('approve', '--by', 'ann')
    await word('abort')
    await word('take-back')
    expect(asked).toEqual([
      ['POST unit-rollouts/4/pause', { reason: 'the storm' }],
      ['POST unit-rollouts/4/resume', undefined],
      ['POST unit-rollouts/4/approve', { by: 'ann' }],
      ['POST unit-rollouts/4/abort', undefined],
      ['POST unit-rollouts/4/take-back', undefined],
    ])
  })
})

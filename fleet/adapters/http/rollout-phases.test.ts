import { describe, expect, it } from 'vitest'
import { deviceId } from '../../identity/device-id.ts'
import { stewardRound } from '../../rollout/steward.ts'
import { product } from '../../store/samples.ts'
import { type TestFleet, testFleet, testPackage } from './test-fleet.ts'

const serials = Array.from({ length: 10 }, (_, n) => `D${n}`)

async function started(phases: object[]): Promise<{ fleet: TestFleet; uid: string }> {
  const fleet = await testFleet()
  for (const serial of serials) await fleet.probe(serial, '3.0')
  const { path, uid } = await testPackage('3.1')
  await fleet.upload(path)
  const answer = await fleet.api('POST', '/rollouts', { package: uid, to: { product }, phases })
  expect(answer.statusCode).toBe(201)
  return { fleet, uid }
}
const offered = async (fleet: TestFleet, asking = serials) => {
  const answers = await Promise.all(asking.map((serial) => fleet.probe(serial, '3.0')))
  return asking.filter((_, i) => answers[i]?.statusCode === 200)
}
const detail = async (fleet: TestFleet) => (await fleet.api('GET', '/rollouts/1')).json()
const post = async (fleet: TestFleet, verb: string, body?: object) =>
  (await fleet.api('POST', `/rollouts/1/${verb}`, body)).json()
const round = (fleet: TestFleet) => stewardRound(fleet)

describe('a rollout in phases', () => {
  it('reaches one phase after the other, and says what it waits for', async () => {
    const { fleet } = await started([{ size: { count: 2 } }, { size: { percent: 30 }, gate: { soakSeconds: 60 } }])
    await round(fleet)
    const first = await offered(fleet)
    expect(first).toHaveLength(2)
    expect(await offered(fleet)).toEqual(first)
    expect((await detail(fleet)).phases).toMatchObject([
      { state: 'open', counts: { pending: 2 }, waitsFor: [expect.stringContaining('0 of the 2 updated devices')] },
      { state: 'closed', counts: { pending: 3 }, waitsFor: [] },
      { state: 'closed', counts: { pending: 5 } },
    ])
    for (const serial of first) await fleet.probe(serial, '3.1')
    await round(fleet)
    const second = await offered(
      fleet,
      serials.filter((serial) => !first.includes(serial)),
    )
    expect(second).toHaveLength(3)
    for (const serial of second) await fleet.probe(serial, '3.1')
    await round(fleet)
    expect(await detail(fleet)).toMatchObject({ phase: 2, phases: [{ state: 'passed' }, { waitsFor: [/./] }, {}] })
    await fleet.clock.advance(60_000)
    await round(fleet)
    expect(await detail(fleet)).toMatchObject({ phase: 3, counts: { updated: 5 } })
    expect(fleet.logged.filter((line) => line.includes('rollout opened'))).toHaveLength(2)
  })

  it('tells a device of a later phase why it waits', async () => {
    const { fleet } = await started([{ size: { count: 2 }, gate: { approval: { by: ['ann'], needed: 1 } } }])
    const first = await offered(fleet)
    const other = deviceId({ serial: serials.find((serial) => !first.includes(serial)) ?? '' })
    expect((await fleet.api('GET', `/devices/${other}`)).json()).toMatchObject({
      wanted: { answer: 'none', reason: 'phase_closed', rollout: 1 },
      why: [
        {
          code: 'phase_closed',
          text: 'rollout 1: phase 2, to which the device belongs, is not open',
          because: [expect.stringContaining('0 of the 2'), '0 of 1 approvals are given; ann may approve'],
        },
      ],
    })
  })

  it('opens the next phase when those have said yes who were asked, once each', async () => {
    const approval = { by: ['ann', 'bob', 'eve'], needed: 2 }
    const { fleet } = await started([{ size: { count: 2 }, gate: { successPercent: 0, approval } }])
    expect((await post(fleet, 'approve', { by: 'mallory' })).code).toBe('approval_unexpected')
    for (const by of ['ann', 'ann']) await post(fleet, 'approve', { by })
    await round(fleet)
    expect(await detail(fleet)).toMatchObject({ phase: 1 })
    await post(fleet, 'approve', { by: 'eve' })
    await round(fleet)
    expect(await detail(fleet)).toMatchObject({ phase: 2 })
    expect((await post(fleet, 'approve', { by: 'bob' })).code).toBe('approval_unexpected')
  })

  it('pauses by itself at its failure limit, goes on when resumed, and pauses again', async () => {
    const { fleet, uid } = await started([{ size: { rest: true }, gate: { failureLimit: 2 } }])
    const fails = (serial = '') => fleet.report(serial, 'error', { 'package-uid': uid, 'previous-state': 'installing' })
    await offered(fleet)
    await fails(serials[0])
    await round(fleet)
    expect(await offered(fleet)).toHaveLength(9)
    await fails(serials[1])
    await round(fleet)
    await round(fleet)
    const reason = '2 devices of phase 1 failed or went back; its limit is 2'
    expect(await detail(fleet)).toMatchObject({ status: 'paused', paused: { by: 'failure_limit', reason } })
    expect(fleet.logged.filter((line) => line.includes('rollout paused'))).toHaveLength(1)
    expect(await offered(fleet)).toEqual([])
    const third = (await fleet.api('GET', `/devices/${deviceId({ serial: 'D3' })}`)).json()
    expect(third).toMatchObject({
      wanted: { reason: 'paused' },
      why: [{ text: 'rollout 1 is paused', because: [reason] }],
    })
    expect(await post(fleet, 'resume')).toMatchObject({ status: 'running', paused: null })
    await round(fleet)
    expect(await offered(fleet)).toHaveLength(8)
    for (const serial of ['D2', 'D3']) await fails(serial)
    await round(fleet)
    expect((await detail(fleet)).paused.reason).toContain('4 devices')
  })

  it('is paused, resumed and aborted by people, each as often as they like', async () => {
    const { fleet } = await started([])
    expect((await post(fleet, 'resume')).code).toBe('rollout_not_paused')
    expect(await post(fleet, 'pause', { reason: 'harvest' })).toMatchObject({ paused: { reason: 'harvest' } })
    expect(await post(fleet, 'pause')).toMatchObject({ paused: { reason: 'harvest' } })
    expect(await offered(fleet)).toEqual([])
    expect(await post(fleet, 'abort')).toMatchObject({ status: 'aborted' })
    expect(await post(fleet, 'abort')).toMatchObject({ status: 'aborted' })
    for (const verb of ['pause', 'resume']) expect((await post(fleet, verb)).code).toBe('rollout_aborted')
    expect((await post(fleet, 'approve', { by: 'ann' })).code).toBe('rollout_aborted')
    expect((await fleet.api('POST', '/rollouts/9/pause')).json().code).toBe('rollout_unknown')
  })

  it('is refused with phases that make no sense', async () => {
    const { fleet, uid } = await started([])
    const refused = [
      [{ size: { rest: true } }, { size: { count: 1 } }],
      [{ size: { percent: 60 } }, { size: { percent: 60 } }],
      [{ size: { count: 0 } }],
      [{ size: { count: 1, percent: 1 } }],
      [{ size: { count: 1 }, gate: { approval: { by: ['ann', 'ann'], needed: 1 } } }],
      [{ size: { count: 1 }, gate: { approval: { by: ['ann'], needed: 2 } } }],
      [{ size: { count: 1 }, gate: { wat: 1 } }],
    ]
    for (const phases of refused) {
      const answer = await fleet.api('POST', '/rollouts', { package: uid, to: { product }, phases })
      expect(answer.json(), JSON.stringify(phases)).toMatchObject({ code: 'request_invalid' })
    }
  })
})

describe('an order with a key', () => {
  it('starts one rollout, however often it is sent; another order under the key is refused', async () => {
    const { fleet, uid } = await started([])
    const headers = { host: 'localhost', 'idempotency-key': 'release 3.1' }
    const order = async (over: object = {}, key: object = {}) => {
      const payload = { package: uid, to: { product }, ...over }
      const url = '/api/v1/rollouts'
      return fleet.app.inject({ method: 'POST', url, headers: { ...headers, ...key }, payload })
    }
    const ids = [await order(), await order({ metered: undefined })].map((answer) => answer.json<{ id: number }>().id)
    expect(ids).toEqual([2, 2])
    expect((await order({ metered: true })).json().code).toBe('key_reused')
    expect((await order({}, { 'idempotency-key': 'other' })).json().id).toBe(3)
    expect((await order({}, { 'idempotency-key': '' })).json().code).toBe('request_invalid')
  })
})

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
  return asking.filter((_, i) => answers[i]?.body !== '' && answers[i]?.statusCode === 200)
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
      {
        state: 'open',
        counts: { pending: 2 },
        waitsFor: [expect.stringContaining('0 updated of the 2 that it needs')],
      },
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
          because: [expect.stringContaining('0 updated of the 2'), '0 of 1 approvals are given; ann may approve'],
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
    const reason = '2 of phase 1 failed or went back; its limit is 2'
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
    expect((await detail(fleet)).paused.reason).toContain('4 of phase 1')
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

describe('a rollout with windows', () => {
  it('offers the package only while one is open, and says when the next one does', async () => {
    const { fleet, uid } = await started([])
    await fleet.api('POST', '/rollouts/1/abort')
    // It is 03:04:05 in UTC, 04:04:05 in Berlin.
    const windows = ['daily 05:00-05:30']
    await fleet.api('POST', '/rollouts', { package: uid, to: { product }, windows, timeZone: 'Europe/Berlin' })
    expect((await fleet.probe('D0', '3.0')).headers['add-extra-poll']).toBe('3355')
    expect((await fleet.api('GET', `/devices/${deviceId({ serial: 'D0' })}`)).json().why).toMatchObject([
      { text: 'rollout 2: its window opens 2026-01-02 05:00 (Europe/Berlin), in 56 min' },
    ])
    await fleet.clock.advance(3_355_000)
    expect((await fleet.probe('D0', '3.0')).body).toContain('"version":"3.1"')
    await fleet.clock.advance(1_800_000)
    expect((await fleet.probe('D0', '3.0')).headers['add-extra-poll']).toBe('3600')
  })

  it('is refused windows and zones that are none', async () => {
    const { fleet, uid } = await started([])
    for (const over of [{ windows: ['noon'] }, { timeZone: 'Mars/Base' }, { speed: { atOnce: 0 } }])
      expect((await fleet.api('POST', '/rollouts', { package: uid, to: { product }, ...over })).json()).toMatchObject({
        code: 'request_invalid',
      })
    const order = { package: uid, to: { product }, windows: ['daily 02:00-03:00', 'noon'] }
    const { detail } = (await fleet.api('POST', '/rollouts', order)).json<{ detail: string }>()
    expect(detail).toMatch(/^\/windows\/1: expected a window such as .*, got "noon"$/)
  })
})

describe('a rollout with a speed', () => {
  const paced = async (speed: object) => {
    const { fleet, uid } = await started([])
    await fleet.api('POST', '/rollouts/1/abort')
    await fleet.api('POST', '/rollouts', { package: uid, to: { product }, speed })
    return { fleet, uid }
  }

  it('lets so many devices be under way at once, and others follow as they are done', async () => {
    const { fleet, uid } = await paced({ atOnce: 2 })
    const first = await offered(fleet)
    const [one = '', other = ''] = first
    const rest = serials.filter((serial) => !first.includes(serial))
    expect(first).toHaveLength(2)
    expect(Number((await fleet.probe(rest[0] ?? '', '3.0')).headers['add-extra-poll'])).toBeGreaterThanOrEqual(300)
    expect(await offered(fleet)).toEqual(first)
    await fleet.probe(one, '3.1')
    expect(await offered(fleet, rest)).toHaveLength(1)
    await fleet.report(other, 'error', { 'package-uid': uid })
    expect(await offered(fleet, rest)).toHaveLength(2)
    await fleet.clock.advance(3_600_000)
    expect(await offered(fleet, rest.toReversed())).toHaveLength(2)
  })

  it('offers it to so many in a minute', async () => {
    const { fleet } = await paced({ perMinute: 3 })
    const first = await offered(fleet)
    expect(first).toHaveLength(3)
    await fleet.clock.advance(60_000)
    expect(await offered(fleet)).toHaveLength(6)
  })
})

describe('a forecast', () => {
  it('says how many, how much, who not and why, and starts nothing', async () => {
    const { fleet, uid } = await started([])
    await fleet.api('POST', '/rollouts/1/abort')
    await fleet.probe('D1', '3.1')
    await fleet.report('D2', 'error', { 'package-uid': uid })
    const order = { package: uid, to: { product }, phases: [{ size: { count: 10 } }] }
    const answer = await fleet.api('POST', '/rollouts/forecast', order)
    expect(answer.json()).toEqual({
      devices: 8,
      phases: [8, 0],
      bytesEach: 10,
      bytes: 80,
      excluded: expect.arrayContaining([
        { code: 'up_to_date', text: 'run its version', devices: 1 },
        { code: 'failed_before', text: 'failed with it before', devices: 1 },
      ]),
    })
    expect((await fleet.api('GET', '/rollouts')).json().rollouts).toHaveLength(1)
    const wrong = await fleet.api('POST', '/rollouts/forecast', { ...order, to: { product: 'f'.repeat(64) } })
    expect(wrong.json().code).toBe('product_mismatch')
  })
})

describe('a rollout that is rolled back', () => {
  it('gives its devices what they ran before, once, and says whom it cannot help', async () => {
    const { fleet } = await started([])
    await fleet.api('POST', '/rollouts/1/abort')
    const old = await testPackage('3.0', { content: 'the old one' })
    await fleet.upload(old.path)
    const { uid } = await testPackage('3.1')
    await fleet.api('POST', '/rollouts', { package: uid, to: { product } })
    expect((await fleet.api('POST', '/rollouts/2/roll-back')).json().code).toBe('roll_back_needless')
    await fleet.api('POST', '/rollouts', { package: uid, to: { product } })
    await fleet.probe('ancient', '1.0')
    await offered(fleet, ['D0', 'D1'])
    for (const serial of ['D0', 'D1', 'ancient']) await fleet.probe(serial, '3.1')
    for (let time = 0; time < 2; time++) {
      const back = (await fleet.api('POST', '/rollouts/3/roll-back')).json()
      expect(back).toMatchObject({
        aborted: { id: 3, status: 'aborted' },
        rollouts: [{ id: 4, version: '3.0', counts: { pending: 2 } }],
        left: [{ version: '1.0', devices: 1 }],
      })
    }
    const answer = await fleet.probe('D0', '3.1')
    expect(answer.body).toBe(old.metadata)
    expect((await fleet.probe('D5', '3.0')).statusCode).toBe(404)
  })
})

describe('a rollout that is watched', () => {
  it('pauses when updated devices restart and the others do not, with the numbers', async () => {
    const { fleet, uid } = await started([])
    await fleet.api('POST', '/rollouts/1/abort')
    const all = Array.from({ length: 40 }, (_, n) => `W${n}`)
    const probe = (serial: string, version: string, boot: string) =>
      fleet.probe(serial, version, { headers: { 'windlass-boot': boot } })
    for (const serial of all) await probe(serial, '3.0', 'first')
    const phases = [{ size: { percent: 30 }, gate: { successPercent: 100, soakSeconds: 3600 } }]
    await fleet.api('POST', '/rollouts', { package: uid, to: { product }, phases, health: {} })
    await round(fleet)
    const updated: string[] = []
    for (const serial of all) if ((await probe(serial, '3.0', 'first')).statusCode === 200) updated.push(serial)
    for (const serial of updated) await probe(serial, '3.1', 'second')
    await round(fleet)
    expect((await fleet.api('GET', '/rollouts/2')).json()).toMatchObject({ status: 'running' })
    for (const serial of updated.slice(0, 8)) await probe(serial, '3.1', 'third')
    await round(fleet)
    await round(fleet)
    const { paused, status } = (await fleet.api('GET', '/rollouts/2')).json()
    expect([status, paused.by]).toEqual(['paused', 'health'])
    expect(paused.reason).toMatch(/^8 of \d+ updated devices and 0 of \d+ others restarted without an update/)
    expect((await fleet.api('GET', `/devices/${deviceId({ serial: updated[0] ?? '' })}/history`)).json()).toMatchObject(
      {
        reports: [{ status: 'restarted', concluded: true }, { status: 'updated' }],
      },
    )
    await fleet.api('POST', '/rollouts/2/resume')
    await round(fleet)
    await round(fleet)
    expect((await fleet.api('GET', '/rollouts/2')).json()).toMatchObject({ status: 'running' })
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

import type { DesiredState, InstanceStatus, UnitStatus } from '@windlass/model/unit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeStatus } from './merge-status.ts'
import { unitStanding } from './standing.ts'

const instance = (index: number, state: InstanceStatus['state'], version = '1.0.0'): InstanceStatus => ({
  ident: { itemId: 'item', subjectId: 'unit', index, type: 'service', preinstalled: false },
  version,
  nodeId: 'node',
  runtimeId: 'runc',
  manifestDigest: '',
  state,
  envVars: [],
})
const desired: DesiredState = {
  nodes: [],
  items: [{ itemId: 'item', type: 'service', version: '1.0.0', ownerId: 'o', indexDigest: 'sha256:1' }],
  instances: [{ itemId: 'item', subjectId: 'unit', priority: 0, numInstances: 2, labels: [] }],
  subjects: [],
  certificates: [],
  certificateChains: [],
}
const installed: UnitStatus = {
  isDelta: false,
  items: [{ itemId: 'item', type: 'service', version: '1.0.0', state: 'installed' }],
}

describe('what a unit says is worked in', () => {
  it('a full status replaces all that was known', () => {
    const before = { ...installed, instances: [instance(0, 'active')] }
    expect(mergeStatus(before, { isDelta: false, subjects: ['s'] })).toEqual({ isDelta: false, subjects: ['s'] })
  })

  it('a delta replaces what it names', () => {
    const before = { ...installed, instances: [instance(0, 'active'), instance(1, 'active')] }
    const after = mergeStatus(before, { isDelta: true, instances: [instance(1, 'failed')] })
    expect(after).toEqual({ ...installed, instances: [instance(0, 'active'), instance(1, 'failed')] })
  })

  it('drops items that were removed', () => {
    const removed = { itemId: 'item', type: 'service', version: '1.0.0', state: 'removed' } as const
    expect(mergeStatus(installed, { isDelta: true, items: [removed] }).items).toEqual([])
  })

  it('is the same however often a message comes', () => {
    const states = fc.constantFrom<InstanceStatus['state']>('activating', 'active', 'inactive', 'failed')
    const statuses = fc.array(fc.tuple(fc.nat(3), states).map(([index, state]) => instance(index, state)))
    fc.assert(
      fc.property(statuses, statuses, (first, second) => {
        const before = mergeStatus(null, { isDelta: false, instances: first })
        const once = mergeStatus(before, { isDelta: true, instances: second })
        expect(mergeStatus(once, { isDelta: true, instances: second })).toEqual(once)
      }),
    )
  })
})

describe('where a unit stands', () => {
  const of = (status: UnitStatus | null) => unitStanding(desired, status)

  it('is nowhere without a release, and unheard before its first word', () => {
    expect(unitStanding(null, installed)).toEqual({ standing: 'idle', why: null })
    expect(of(null).standing).toBe('unheard')
  })

  it('says what is missing', () => {
    expect(of({ isDelta: false }).why).toBe('item item 1.0.0 is not installed yet')
    expect(of({ ...installed, instances: [instance(0, 'active')] }).why).toBe('item 1.0.0: 1 of 2 instances run')
    expect(
      unitStanding({ ...desired, unitConfig: { version: '2.0.0', formatVersion: '1', nodes: [] } }, installed).why,
    ).toBe('unit configuration 2.0.0 is not installed yet')
  })

  it('says what failed before what is missing', () => {
    const failed = { ...instance(0, 'failed'), error: { aosCode: 1, exitCode: 0, message: 'exited with 3' } }
    expect(of({ ...installed, instances: [failed] })).toEqual({
      standing: 'failed',
      why: 'item 1.0.0, instance 0 on node: exited with 3',
    })
  })

  it('fails by an instance that was never placed, but not by one that it is not to have', () => {
    const error = { aosCode: 1, exitCode: 0, message: 'exited with 3' }
    const running = [instance(0, 'active'), instance(1, 'active')]
    const failed = (index: number) => ({ ...instance(index, 'failed'), nodeId: '', error })
    const more = { ...desired, instances: desired.instances?.map((one) => ({ ...one, numInstances: 3 })) ?? [] }
    const status = { ...installed, instances: [...running, failed(2)] }
    expect(unitStanding(more, status)).toEqual({ standing: 'failed', why: 'item 1.0.0, instance 2: exited with 3' })
    expect(of(status).standing).toBe('arrived')
  })

  it('has not arrived while more run than it is to have', () => {
    const instances = [instance(0, 'active'), instance(1, 'active'), instance(2, 'active')]
    expect(of({ ...installed, instances }).why).toBe('item 1.0.0: 3 of 2 instances run')
  })

  it('has arrived when everything runs', () => {
    const instances = [instance(0, 'active'), instance(1, 'active')]
    expect(of({ ...installed, instances })).toEqual({ standing: 'arrived', why: null })
  })
})

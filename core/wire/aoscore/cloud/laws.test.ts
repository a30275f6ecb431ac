import { type InstanceStatus, instanceKey, instanceStates } from '@windlass/model/unit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeTime, decodeTimeOfDay, encodeTime, encodeTimeOfDay } from './time.ts'
import { decodeUnitStatus, encodeUnitStatus } from './unit-status.ts'

const few = fc.constantFrom('a', 'b', '__proto__', '')
const instance: fc.Arbitrary<InstanceStatus> = fc.record({
  ident: fc.record({
    itemId: few,
    subjectId: few,
    index: fc.nat(5),
    type: fc.constantFrom('service' as const, 'component' as const),
    preinstalled: fc.boolean(),
  }),
  version: few,
  nodeId: few,
  runtimeId: few,
  manifestDigest: fc.constant(''),
  state: fc.constantFrom(...instanceStates),
  envVars: fc.constant([]),
})

const keyOf = ({ ident, version, nodeId, runtimeId, state }: InstanceStatus) =>
  JSON.stringify([instanceKey(ident), version, nodeId, runtimeId, state])
const inOrder = (instances: readonly InstanceStatus[]) =>
  instances.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))

it('instances come back whatever they are, grouped', () => {
  const holds = (instances: readonly InstanceStatus[]) => {
    const text = JSON.stringify(encodeUnitStatus({ isDelta: false, instances }))
    expect(inOrder(decodeUnitStatus(JSON.parse(text)).instances ?? [])).toEqual(inOrder(instances))
  }
  fc.assert(fc.property(fc.array(instance, { maxLength: 20 }), holds), { numRuns: 200 })
})

it('moments and times of day come back', () => {
  const moment = fc.integer({ min: 0, max: Date.UTC(9999, 0) })
  fc.assert(fc.property(moment, (ms) => decodeTime(encodeTime(ms)) === ms))
  const timeOfDay = fc.integer({ min: 0, max: 86_400_000 })
  fc.assert(fc.property(timeOfDay, (ms) => decodeTimeOfDay(encodeTimeOfDay(ms)) === ms))
})

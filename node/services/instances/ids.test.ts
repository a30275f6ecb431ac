import { expect, it } from 'vitest'
import { instanceId, runtimeId } from './ids.ts'

it('names runtimes and instances as other implementations do (UUID version 5, OID namespace)', () => {
  // From Python: uuid.uuid5(uuid.NAMESPACE_OID, name).
  expect(runtimeId('crun', 'node-a')).toBe('2a0991f3-970f-52d7-a0b1-645ab22121c9')
  const ident = { itemId: '11aa', subjectId: 'subj-3', index: 1, type: 'service', preinstalled: false } as const
  expect(instanceId(ident)).toBe('a6ac0f2e-ebe2-51fe-b81a-36354c67a173')
})

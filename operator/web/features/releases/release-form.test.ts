import { type ReleaseRecord, releaseOrder } from '@windlass/wire/operator'
import { expect, it } from 'vitest'
import { draftFrom, releaseOrderOf } from './release-form.ts'

const content = releaseOrder.parse({
  name: 'spring',
  items: [
    { itemId: 'nav', version: '1.0.0' },
    { itemId: 'rootfs', version: '7.0.0' },
  ],
  instances: [
    { itemId: 'nav', subjectId: 'bridge', numInstances: 2, labels: ['deck'] },
    { itemId: 'nav', subjectId: 'engine' },
    { itemId: 'rootfs', numInstances: 0 },
  ],
  sotaSchedule: { type: 'trigger' },
})
const from: ReleaseRecord = { id: 1, createdAt: '2026-11-22T08:00:00.000Z', content }

it('a release made of another says the same as long as nothing is changed', () => {
  const draft = { ...draftFrom(from), name: 'spring' }
  const order = releaseOrder.parse(releaseOrderOf(draft, from))
  expect({ ...order, instances: order.instances.toSorted((a, b) => (a.subjectId < b.subjectId ? -1 : 1)) }).toEqual({
    ...content,
    instances: content.instances.toSorted((a, b) => (a.subjectId < b.subjectId ? -1 : 1)),
  })
})

it('an item that is taken out goes with all its instances', () => {
  const draft = draftFrom(from)
  const order = releaseOrderOf(
    { ...draft, name: 'less', items: draft.items.filter(({ itemId }) => itemId !== 'nav') },
    from,
  )
  expect(order.instances).toEqual([{ itemId: 'rootfs', subjectId: 'unit', priority: 0, numInstances: 0, labels: [] }])
})

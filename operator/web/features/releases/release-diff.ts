import type { ReleaseRecord } from '@windlass/wire/operator'

/** One thing that two releases say differently. Null: that release does not say it. */
export interface Difference {
  about: 'item' | 'instances' | 'subject' | 'unit configuration' | 'schedule'
  name: string
  before: string | null
  after: string | null
}

type Content = ReleaseRecord['content']
type Facts = Map<string, Pick<Difference, 'about' | 'name'> & { text: string }>

/** What changes from one release to another, in the order of items, instances and the rest. Pure. */
export function releaseDiff(from: Content, to: Content): Difference[] {
  const [before, after] = [factsOf(from), factsOf(to)]
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  return keys.flatMap((key) => {
    const [old, fresh] = [before.get(key), after.get(key)]
    const either = fresh ?? old
    if (!either || old?.text === fresh?.text) return []
    return [{ about: either.about, name: either.name, before: old?.text ?? null, after: fresh?.text ?? null }]
  })
}

function factsOf(content: Content): Facts {
  const facts: Facts = new Map()
  const add = (about: Difference['about'], name: string, text: string) =>
    facts.set(`${about} ${name}`, { about, name, text })
  for (const { itemId, version } of content.items) add('item', itemId, version)
  for (const { itemId, subjectId, numInstances, priority, labels } of content.instances) {
    const count = numInstances === 0 ? 'on every node that can' : `${numInstances} ×`
    const labelled = labels.length > 0 ? `, on nodes labelled ${labels.join(', ')}` : ''
    add('instances', `${itemId} for ${subjectId}`, `${count}, priority ${priority}${labelled}`)
  }
  for (const { subjectId, type } of content.subjects) add('subject', subjectId, type)
  if (content.unitConfig) add('unit configuration', 'of the unit', content.unitConfig.version)
  if (content.sotaSchedule) add('schedule', 'services', content.sotaSchedule.type)
  if (content.fotaSchedule) add('schedule', 'firmware', content.fotaSchedule.type)
  return facts
}

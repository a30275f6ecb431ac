import type { UnitRecord } from '@windlass/wire/operator'
import { unitMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import type { Share } from '../../parts/proportion.tsx'

const order = ['arrived', 'on_the_way', 'unheard', 'idle', 'failed'] as const

/** Units by their standing. */
export function unitShares(units: readonly UnitRecord[]): Share[] {
  return order.map((standing) => ({
    name: plainWord(standing),
    meaning: unitMeaning[standing],
    count: units.filter((unit) => unit.standing === standing).length,
  }))
}

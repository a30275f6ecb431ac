import type { UnitCounts, UnitRecord } from '@windlass/wire/operator'
import { unitMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import type { Share } from '../../parts/proportion.tsx'

const order = ['arrived', 'on_the_way', 'unheard', 'idle', 'failed'] as const

/** How units are parted everywhere: by their standing, each part with the query that finds it. */
export const unitParts = order.map((standing: UnitRecord['standing']) => ({
  standing,
  name: plainWord(standing),
  meaning: unitMeaning[standing],
  query: `standing = ${standing}`,
}))

/** All units by their standing. */
export function unitShares({ byStanding }: Pick<UnitCounts, 'byStanding'>): Share[] {
  return unitParts.map(({ standing, name, meaning }) => ({
    name,
    meaning,
    count: byStanding.find((one) => one.standing === standing)?.units ?? 0,
  }))
}

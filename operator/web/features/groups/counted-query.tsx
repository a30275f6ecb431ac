import { useQuery } from '@tanstack/react-query'
import type { About } from '@windlass/model'
import { ask, useFleet } from '../../live/fleet.tsx'
import { useSettled } from '../../live/settled.ts'
import { QueryBox, readQuery } from '../../parts/query-box.tsx'

interface Given {
  about: About
  text: string
  onText: (text: string) => void
}

/** A query, with how many it means counted while it is written. */
export function CountedQuery({ about, text, onText }: Given) {
  const { client } = useFleet()
  const settled = useSettled(text)
  const asked = { query: settled }
  const readable = readQuery(settled, about).is === 'query'
  const devices = useQuery({ ...ask.countDevices(client, asked), enabled: readable && about === 'device' })
  const units = useQuery({ ...ask.countUnits(client, asked), enabled: readable && about === 'unit' })
  const { data } = about === 'device' ? devices : units
  const label = about === 'device' ? 'Devices for which this is true' : 'Units for which this is true'
  return <QueryBox label={label} about={about} text={text} onText={onText} count={readable ? data : undefined} />
}

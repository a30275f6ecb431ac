import { useQuery } from '@tanstack/react-query'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'

interface Given {
  label: string
  group: string
  onChoose: (group: string) => void
}

/** One of the fleet's groups, each with how many devices are in it now. */
export function GroupChoice({ label, group, onChoose }: Given) {
  const { client } = useFleet()
  const groups = useQuery(ask.groups(client))
  return (
    <label>
      {label}
      <select value={group} required onChange={(event) => onChoose(event.target.value)}>
        <option value="">choose one</option>
        {groups.data?.map(({ name, devices }) => (
          <option key={name} value={name}>
            {name} ({countText(devices, 'device')})
          </option>
        ))}
      </select>
    </label>
  )
}

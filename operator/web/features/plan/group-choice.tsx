import { useQuery } from '@tanstack/react-query'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'

interface Given {
  of: 'devices' | 'units'
  label: string
  group: string
  onChoose: (group: string) => void
}

/** One of the fleet's groups, each with how many are in it now. */
export function GroupChoice({ of, label, group, onChoose }: Given) {
  const groups = useGroups(of)
  return (
    <label>
      {label}
      <select value={group} required onChange={(event) => onChoose(event.target.value)}>
        <option value="">{groups.length === 0 ? 'there is none yet' : 'choose one'}</option>
        {groups.map(({ name, text }) => (
          <option key={name} value={name}>
            {name} ({text})
          </option>
        ))}
      </select>
    </label>
  )
}

function useGroups(of: Given['of']): readonly { name: string; text: string }[] {
  const { client } = useFleet()
  const ofDevices = useQuery({ ...ask.groups(client), enabled: of === 'devices' })
  const ofUnits = useQuery({ ...ask.unitGroups(client), enabled: of === 'units' })
  if (of === 'units') return (ofUnits.data ?? []).map(({ name, units }) => ({ name, text: countText(units, 'unit') }))
  return (ofDevices.data ?? []).map(({ name, devices }) => ({ name, text: countText(devices, 'device') }))
}

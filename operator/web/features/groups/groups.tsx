import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { ChangeGroup } from './change-group.tsx'
import { GroupLine } from './group-line.tsx'
import { type AnyGroup, groupsOfDevices, groupsOfUnits } from './kinds.ts'
import { NewGroup } from './new-group.tsx'
import { RemoveGroup } from './remove-group.tsx'

interface Asked {
  what: 'change' | 'remove'
  group: AnyGroup
}

/** Names for some devices, or some units: by a query, which later ones answer to as well, or by a list. */
export function Groups() {
  const { client } = useFleet()
  const ofDevices = useQuery(ask.groups(client))
  const ofUnits = useQuery(ask.unitGroups(client))
  const devices = useQuery(ask.deviceCounts(client))
  const units = useQuery(ask.unitCounts(client))
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  return (
    <Page
      title="Groups"
      lead="Names for some devices, or some units. Who answers to a group's query belongs to it, later ones too."
    >
      {asked?.what === 'remove' ? <RemoveGroup group={asked.group} onClose={close} /> : null}
      {asked?.what === 'change' ? <ChangeGroup group={asked.group} onClose={close} /> : null}
      <NewGroup />
      <Panel title="Of devices" note={ofDevices.data?.length}>
        <Answered of={ofDevices}>
          {(list) => (
            <Listed list={groupsOfDevices(list)} all={devices.data?.devices ?? 0} onAsk={setAsked}>
              Write a query above and give it a name. Labels are given on <Link to="/devices">Devices</Link>.
            </Listed>
          )}
        </Answered>
      </Panel>
      <Panel title="Of units" note={ofUnits.data?.length}>
        <Answered of={ofUnits}>
          {(list) => (
            <Listed list={groupsOfUnits(list)} all={units.data?.units ?? 0} onAsk={setAsked}>
              Choose units above and write a query. Labels are given on <Link to="/units">Units</Link>.
            </Listed>
          )}
        </Answered>
      </Panel>
    </Page>
  )
}

interface Given {
  list: readonly AnyGroup[]
  all: number
  onAsk: (asked: Asked) => void
  children: React.ReactNode
}

function Listed({ list, all, onAsk, children }: Given) {
  if (list.length === 0) return <Empty title="There is no group yet">{children}</Empty>
  return (
    <ul className="plain">
      {list.map((group) => (
        <GroupLine
          key={group.name}
          group={group}
          all={all}
          onChange={() => onAsk({ what: 'change', group })}
          onRemove={() => onAsk({ what: 'remove', group })}
        />
      ))}
    </ul>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { GroupRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { NewGroup } from './new-group.tsx'

/** Names for some devices: by a query, which later devices answer to as well, or by a list. */
export function Groups() {
  const { client } = useFleet()
  const groups = useQuery(ask.groups(client))
  const counts = useQuery(ask.deviceCounts(client))
  const [removing, setRemoving] = useState<GroupRecord | null>(null)
  return (
    <Page title="Groups" lead="Names for some devices. Who answers to a group's query belongs to it, later ones too.">
      {removing ? <Remove group={removing} onClose={() => setRemoving(null)} /> : null}
      <NewGroup />
      <Panel title="Groups">
        <Answered of={groups}>
          {(list) =>
            list.length === 0 ? (
              <Empty title="There is no group yet">
                Write a query above and give it a name. Labels are given on <Link to="/devices">Devices</Link>.
              </Empty>
            ) : (
              <ul className="plain">
                {list.map((group) => (
                  <GroupLine
                    key={group.name}
                    group={group}
                    all={counts.data?.devices ?? 0}
                    onRemove={() => setRemoving(group)}
                  />
                ))}
              </ul>
            )
          }
        </Answered>
      </Panel>
    </Page>
  )
}

function GroupLine({ group, all, onRemove }: { group: GroupRecord; all: number; onRemove: () => void }) {
  const { name, query, devices, createdAt } = group
  return (
    <li className="group-line">
      <span>
        <Link to="/devices" search={{ group: name }}>
          <b>{name}</b>
        </Link>
        <span className="reason">{query === null ? 'a list of devices' : <code>{query}</code>}</span>
      </span>
      <span className="track" aria-hidden="true">
        <span style={{ width: `${all > 0 ? (100 * devices) / all : 0}%` }} />
      </span>
      <span className="number end">
        {devices.toLocaleString('en')} <span className="note">of {all.toLocaleString('en')}</span>
      </span>
      <span className="note end">
        <Moment at={createdAt} />
      </span>
      <button type="button" className="small" onClick={onRemove} aria-label={`Remove ${name}`}>
        Remove
      </button>
    </li>
  )
}

function Remove({ group, onClose }: { group: GroupRecord; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => client.removeGroup(group.name),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['groups'] })
      onClose()
    },
  })
  return (
    <Dialog
      title={`Remove group ${group.name}?`}
      confirm="Remove it"
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>The devices stay as they are; only the name goes.</p>
    </Dialog>
  )
}

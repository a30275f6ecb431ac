import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UnitDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'

/** Which release the unit is to be brought to. */
export function GiveRelease({ unit, onClose }: { unit: UnitDetail; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const releases = useQuery(ask.releases(client))
  const [chosen, setChosen] = useState('')
  const release = Number(chosen || releases.data?.[0]?.id)
  const give = useMutation({
    mutationFn: () => client.setRelease(unit.id, release),
    onSuccess: (fresh) => {
      queries.setQueryData(ask.unit(client, unit.id).queryKey, fresh)
      onClose()
    },
  })
  return (
    <Dialog
      title={`Give ${unit.id} a release`}
      confirm="Give it"
      busy={give.isPending || !(release > 0)}
      error={give.error}
      onConfirm={() => give.mutate()}
      onClose={onClose}
    >
      <Answered of={releases}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no release yet">
              <code>windlass releases add</code> makes one.
            </Empty>
          ) : (
            <label>
              Release
              <select value={chosen || String(release)} onChange={(event) => setChosen(event.target.value)}>
                {list.map(({ id, content }) => (
                  <option key={id} value={id}>
                    {id}: {content.name}
                  </option>
                ))}
              </select>
            </label>
          )
        }
      </Answered>
      <p className="note">
        {unit.release ? `It has ${unit.release.name} now.` : 'It has none now.'} The unit is told at once where it is
        online, else when it comes.
      </p>
    </Dialog>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { UnitDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { partMeaning, unitMeaning } from '../../live/meaning.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Topology } from './topology.tsx'

const standingText: Readonly<Record<UnitDetail['standing'], string>> = {
  idle: 'No release was given to it yet.',
  unheard: 'It has not been heard yet.',
  on_the_way: 'It is on its way.',
  arrived: 'All of its release runs.',
  failed: 'Something of its release did not come up.',
}

/** One unit: where it is on its way and why, its nodes with firmware and instances, what it keeps. */
export function UnitPage({ id }: { id: string }) {
  const { client } = useFleet()
  const unit = useQuery(ask.unit(client, id))
  return <Answered of={unit}>{(known) => <Known unit={known} />}</Answered>
}

function Known({ unit }: { unit: UnitDetail }) {
  const [giving, setGiving] = useState(false)
  const lead = (
    <>
      <Mark meaning={unit.connected ? 'done' : 'held'}>{unit.connected ? 'online' : 'offline'}</Mark>
      <span>{unit.model}</span>
      <span>
        heard <Moment at={unit.lastSeen} />
      </span>
    </>
  )
  const actions = (
    <button type="button" className="main" onClick={() => setGiving(true)}>
      Give a release
    </button>
  )
  return (
    <Page title={unit.id} above={<Link to="/units">Units</Link>} lead={lead} actions={actions}>
      {giving ? <GiveRelease unit={unit} onClose={() => setGiving(false)} /> : null}
      <div className="grid">
        <section className="panel why" data-meaning={unitMeaning[unit.standing]} aria-label="Where it stands, and why">
          <header>
            <h2>{unit.release ? `Release ${unit.release.name}` : 'Without a release'}</h2>
          </header>
          <p className="why-text">
            <Mark meaning={unitMeaning[unit.standing]}>{standingText[unit.standing]}</Mark>
          </p>
          {unit.why ? <p className="reason">{unit.why}</p> : null}
        </section>
        <Kept unit={unit} />
        <Panel title="What it is made of" note="nodes, their firmware, the instances that run there" wide>
          <Topology nodes={unit.nodes} instances={unit.instances} />
        </Panel>
      </div>
    </Page>
  )
}

function Kept({ unit }: { unit: UnitDetail }) {
  const items = [
    ...unit.unitConfig.map(({ version, state, error }) => ({ name: 'unit configuration', version, state, error })),
    ...unit.items.map(({ itemId, version, state, error }) => ({ name: itemId, version, state, error })),
  ]
  return (
    <Panel title="What it keeps">
      {items.length === 0 ? <Empty title="Nothing that it told of" /> : null}
      <ul className="plain instances">
        {items.map(({ name, version, state, error }) => (
          <li key={`${name} ${version}`} data-meaning={partMeaning(state)}>
            <span>
              <b>{name}</b> <span className="number">{version}</span>
              {error ? <span className="reason">{error}</span> : null}
            </span>
            <Mark meaning={partMeaning(state)}>{state}</Mark>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function GiveRelease({ unit, onClose }: { unit: UnitDetail; onClose: () => void }) {
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

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { LabelChange, UnitDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { partMeaning, unitMeaning } from '../../live/meaning.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Labels } from '../labelling/labels.tsx'
import { Alerts } from './alerts.tsx'
import { Env } from './env.tsx'
import { GiveRelease } from './give-release.tsx'
import { Logs } from './logs.tsx'
import { Topology } from './topology.tsx'
import { Transaction } from './transaction.tsx'

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
  const { client } = useFleet()
  const queries = useQueryClient()
  const [giving, setGiving] = useState(false)
  const measured = useQuery(ask.monitoring(client, unit.id))
  const label = async (change: LabelChange): Promise<void> => {
    const fresh = await client.labelUnit(unit.id, change)
    queries.setQueryData(ask.unit(client, unit.id).queryKey, fresh)
  }
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
            <Mark meaning={unitMeaning[unit.standing]} long>
              {standingText[unit.standing]}
            </Mark>
          </p>
          {unit.why ? <p className="reason">{unit.why}</p> : null}
        </section>
        <Kept unit={unit} />
        <Transaction unit={unit} />
        <Panel title="What it is made of" note="nodes, their load, their firmware, the instances that run there" wide>
          <Topology nodes={unit.nodes} instances={unit.instances} measured={measured.data ?? []} />
        </Panel>
        <div className="stack">
          <Alerts id={unit.id} />
          <Labels labels={unit.labels} run={label} />
        </div>
        <div className="stack">
          <Logs unit={unit} />
          <Env unit={unit} />
        </div>
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
      <ul className="plain parts">
        {items.map(({ name, version, state, error }) => (
          <li key={`${name} ${version}`}>
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

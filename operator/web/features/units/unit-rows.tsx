import { Link } from '@tanstack/react-router'
import type { UnitCountQuery, UnitRecord } from '@windlass/wire/operator'
import { unitMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { PickAll, Pickable, type Picking, usePicking } from '../../parts/picking.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { labelLine } from '../labelling/label-text.ts'
import { BulkUnits } from './bulk-units.tsx'

interface Given {
  units: readonly UnitRecord[]
  more: (() => unknown) | undefined
  /** What the list was asked by, and how many units that means. */
  asked: UnitCountQuery
  count: number | undefined
}

/** The units that were asked for, each to be looked at or picked. */
export function UnitRows({ units, more, asked, count }: Given) {
  const picking = usePicking()
  const head = (
    <PickAll ids={units.map(({ id }) => id)} many="units" picking={picking}>
      <Columns className="unit-row" names={['Unit', 'Labels', 'Release', 'Standing', 'Heard']} />
    </PickAll>
  )
  return (
    <>
      {picking.picked.size > 0 ? (
        <BulkUnits picked={picking.picked} asked={asked} count={count} onDone={() => picking.pick([])} />
      ) : null}
      <Rows
        label="Units"
        head={head}
        list={units}
        keyOf={({ id }) => id}
        row={(unit) => <UnitRow unit={unit} picking={picking} />}
        more={more}
        height={{ wide: 54, narrow: 76 }}
      />
    </>
  )
}

function UnitRow({ unit, picking }: { unit: UnitRecord; picking: Picking }) {
  const labels = labelLine(unit.labels)
  return (
    <Pickable id={unit.id} name={unit.id} picking={picking}>
      <Link to="/units/$id" params={{ id: unit.id }} className="row unit-row">
        <span>
          <strong>{unit.id}</strong> <span className="aside">{unit.model}</span>
          {unit.why ? <span className="reason one-line">{unit.why}</span> : null}
        </span>
        <span className="aside" title={labels}>
          {labels}
        </span>
        <span className="aside">{unit.release?.name ?? 'no release'}</span>
        <Mark meaning={unitMeaning[unit.standing]}>{plainWord(unit.standing)}</Mark>
        <span className="aside end">
          {unit.connected ? <Mark meaning="done">online</Mark> : <Moment at={unit.lastSeen} />}
        </span>
      </Link>
    </Pickable>
  )
}

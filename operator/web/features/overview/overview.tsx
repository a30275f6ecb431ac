import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { DeviceCounts } from '@windlass/wire/operator'
import { ask, useFleet, useLive, useNow } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Happenings } from '../activity/happenings.tsx'
import { deviceParts, deviceShares } from '../devices/device-shares.ts'
import { isOver, together } from '../rollouts/any-rollout.ts'
import { RolloutRows } from '../rollouts/rollout-row.tsx'
import { unitParts, unitShares } from '../units/unit-shares.ts'
import { Attention } from './attention.tsx'
import { Versions } from './versions.tsx'

const mostMoving = 6

/** The fleet at a glance: how it is, what moves, who needs somebody. */
export function Overview() {
  const { client } = useFleet()
  const { happenings } = useLive()
  const navigate = useNavigate()
  const counts = useQuery(ask.deviceCounts(client))
  const ill = useQuery(ask.illDevices(client))
  const unitCounts = useQuery(ask.unitCounts(client))
  const illUnits = useQuery(ask.illUnits(client))
  const show = (name: string): void => {
    const query = deviceParts.find((part) => part.name === name)?.query
    void navigate({ to: '/devices', search: query ? { query } : {} })
  }
  const showUnits = (name: string): void => {
    const query = unitParts.find((part) => part.name === name)?.query
    void navigate({ to: '/units', search: query ? { query } : {} })
  }
  return (
    <Page title="Overview" lead="How the fleet is, what moves now, and who needs somebody.">
      <div className="grid">
        <Panel title="Devices" note={<Link to="/devices">{countText(counts.data?.devices ?? 0, 'device')}</Link>}>
          <Answered of={counts}>
            {(all) => <Proportion label="Devices" shares={deviceShares(all)} onChoose={({ name }) => show(name)} />}
          </Answered>
        </Panel>
        <Panel title="Units" note={<Link to="/units">{countText(unitCounts.data?.units ?? 0, 'unit')}</Link>}>
          <Answered of={unitCounts}>
            {(all) => <Proportion label="Units" shares={unitShares(all)} onChoose={({ name }) => showUnits(name)} />}
          </Answered>
        </Panel>
      </div>
      <div className="grid uneven">
        <div className="stack">
          <Moving />
          <Panel title="Latest" note={<Link to="/activity">All activity</Link>}>
            {happenings.length > 0 ? (
              <Happenings list={happenings.slice(0, 8)} />
            ) : (
              <Empty title="Nothing happened yet">Since this console was opened.</Empty>
            )}
          </Panel>
        </div>
        <div className="stack">
          <Panel title="Needs somebody">
            <Attention
              devices={ill.data?.devices ?? []}
              count={counts.data ? illCount(counts.data) : 0}
              units={illUnits.data ?? []}
            />
          </Panel>
          <Panel title="What runs" note="versions of devices">
            <Answered of={counts}>{(all) => <Versions counts={all} />}</Answered>
          </Panel>
        </div>
      </div>
    </Page>
  )
}

function illCount(counts: DeviceCounts): number {
  const shares = deviceShares(counts).filter(({ meaning }) => meaning === 'failed' || meaning === 'held')
  return shares.reduce((sum, { count }) => sum + count, 0)
}

/** What is on its way now, packages and releases alike; what waits or stands comes with it, what is over does not. */
function Moving() {
  const { client } = useFleet()
  const now = useNow()
  const packages = useQuery(ask.rollouts(client))
  const releases = useQuery(ask.unitRollouts(client))
  const list = together(packages.data ?? [], releases.data ?? []).filter((one) => !isOver(one, now))
  return (
    <Panel title="What is moving now" note={<Link to="/rollouts">All rollouts</Link>}>
      {list.length === 0 ? (
        <Empty title="No rollout is running">
          <Link to="/packages">Choose a package</Link> or <Link to="/releases">a release</Link> to begin one.
        </Empty>
      ) : (
        <RolloutRows list={list.slice(0, mostMoving)} />
      )}
      {list.length > mostMoving ? <p className="note">and {countText(list.length - mostMoving, 'other')}</p> : null}
    </Panel>
  )
}

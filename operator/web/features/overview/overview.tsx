import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ask, useFleet, useLive } from '../../live/fleet.tsx'
import { statusMeaning, tally } from '../../live/meaning.ts'
import { countText } from '../../live/quantities.ts'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Happenings } from '../activity/happenings.tsx'
import { deviceShares } from '../devices/device-shares.ts'
import { RolloutCard } from '../rollouts/rollout-card.tsx'
import { unitShares } from '../units/unit-shares.ts'
import { Attention } from './attention.tsx'

const most = 1000

/** The fleet at a glance: how it is, what moves, who needs somebody. */
export function Overview() {
  const { client } = useFleet()
  const { happenings } = useLive()
  const devices = useQuery(ask.manyDevices(client))
  const units = useQuery(ask.manyUnits(client))
  const rollouts = useQuery(ask.rollouts(client))
  const running = rollouts.data?.filter(({ status }) => status === 'running') ?? []
  return (
    <Page title="Overview" lead="How the fleet is, what moves now, and who needs somebody.">
      <div className="grid">
        <Answered of={devices}>
          {({ devices: list, next }) => (
            <Panel
              title="Devices"
              note={next === null ? countText(list.length, 'device') : `the first ${most.toLocaleString('en')}`}
            >
              <Proportion label="Devices" shares={deviceShares(tally(list, ({ status }) => statusMeaning(status)))} />
              <p className="more">
                <Link to="/devices">All devices</Link>
              </p>
            </Panel>
          )}
        </Answered>
        <Answered of={units}>
          {(list) => (
            <Panel title="Units" note={list.length < most ? countText(list.length, 'unit') : `the first ${most}`}>
              <Proportion label="Units" shares={unitShares(list)} />
              <p className="more">
                <Link to="/units">All units</Link>
              </p>
            </Panel>
          )}
        </Answered>
        <Panel title="Needs somebody">
          <Attention devices={devices.data?.devices ?? []} units={units.data ?? []} />
        </Panel>
        <Panel title="Latest" note="since this console was opened">
          {happenings.length > 0 ? (
            <Happenings list={happenings.slice(0, 7)} />
          ) : (
            <Empty title="Nothing happened yet" />
          )}
        </Panel>
        <Panel title="Running rollouts" wide>
          {running.length === 0 ? (
            <Empty title="No rollout is running">
              <Link to="/packages">Choose a package</Link> to begin one.
            </Empty>
          ) : (
            <div className="cards">
              {running.slice(0, 6).map((rollout) => (
                <RolloutCard key={rollout.id} rollout={rollout} />
              ))}
            </div>
          )}
        </Panel>
      </div>
    </Page>
  )
}

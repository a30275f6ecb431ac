import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeviceRecord } from '@windlass/wire/operator'
import { ask, useFleet, useLive } from '../../live/fleet.tsx'
import { statusMeaning, tally } from '../../live/meaning.ts'
import { countText } from '../../live/quantities.ts'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Happenings } from '../activity/happenings.tsx'
import { deviceShares } from '../devices/device-shares.ts'
import { RolloutRows } from '../rollouts/rollout-row.tsx'
import { unitShares } from '../units/unit-shares.ts'
import { Attention } from './attention.tsx'
import { Versions } from './versions.tsx'

const most = 1000

/** The fleet at a glance: how it is, what moves, who needs somebody. */
export function Overview() {
  const { client } = useFleet()
  const { happenings } = useLive()
  const devices = useQuery(ask.manyDevices(client))
  const units = useQuery(ask.manyUnits(client))
  return (
    <Page title="Overview" lead="How the fleet is, what moves now, and who needs somebody.">
      <div className="grid">
        <Panel title="Devices" note={<Link to="/devices">All devices</Link>}>
          <Answered of={devices}>{({ devices: list, next }) => <Devices list={list} all={next === null} />}</Answered>
        </Panel>
        <Panel title="Units" note={<Link to="/units">All units</Link>}>
          <Answered of={units}>{(list) => <Proportion label="Units" shares={unitShares(list)} />}</Answered>
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
            <Attention devices={devices.data?.devices ?? []} units={units.data ?? []} />
          </Panel>
          <Panel title="What runs" note="versions of devices">
            <Versions devices={devices.data?.devices ?? []} />
          </Panel>
        </div>
      </div>
    </Page>
  )
}

function Devices({ list, all }: { list: readonly DeviceRecord[]; all: boolean }) {
  if (list.length === 0) return <Empty title="No device has asked yet">It appears here with its first probe.</Empty>
  return (
    <>
      <Proportion label="Devices" shares={deviceShares(tally(list, ({ status }) => statusMeaning(status)))} />
      {all ? null : <p className="note">of the first {countText(most, 'device')}</p>}
    </>
  )
}

function Moving() {
  const { client } = useFleet()
  const rollouts = useQuery(ask.rollouts(client))
  const running = rollouts.data?.filter(({ status }) => status === 'running') ?? []
  return (
    <Panel title="Running rollouts" note={<Link to="/rollouts">All rollouts</Link>}>
      {running.length === 0 ? (
        <Empty title="No rollout is running">
          <Link to="/packages">Choose a package</Link> to begin one.
        </Empty>
      ) : (
        <RolloutRows list={running.slice(0, 6)} />
      )}
    </Panel>
  )
}

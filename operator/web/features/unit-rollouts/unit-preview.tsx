import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  type ReleaseRecord,
  type UnitRolloutForecast,
  type UnitRolloutOrder,
  unitRolloutOrder,
} from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { useSettled } from '../../live/settled.ts'
import { Empty, Loading, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { NoOrder } from '../plan/no-order.tsx'
import { Steps } from '../plan/steps.tsx'
import { Differences } from '../releases/differences.tsx'
import { releaseDiff } from '../releases/release-diff.ts'

interface Given {
  order: UnitRolloutOrder
  releases: readonly ReleaseRecord[]
  children: React.ReactNode
}

/** What the fleet says the rollout would do: to whom it is something new, when they hear of it, what changes for them. */
export function UnitPreview({ order, releases, children }: Given) {
  const { client } = useFleet()
  const settled = useSettled(JSON.stringify(order))
  const read = unitRolloutOrder.safeParse(JSON.parse(settled))
  const forecast = useQuery({
    queryKey: ['unit forecast', settled],
    queryFn: () => client.forecastUnitRollout(unitRolloutOrder.parse(JSON.parse(settled))),
    enabled: read.success,
    placeholderData: keepPreviousData,
    // Units come and go from the line meanwhile.
    refetchInterval: 10_000,
  })
  const told = read.success && !forecast.error ? forecast.data : undefined
  return (
    <Panel title="What it would do" note="nothing is started yet">
      {read.success ? null : <NoOrder issues={read.error.issues} />}
      {forecast.error && read.success ? <Trouble error={forecast.error} /> : null}
      {forecast.isLoading ? <Loading /> : null}
      {told ? <Sums told={told} /> : null}
      {told ? <Changes told={told} release={order.release} releases={releases} /> : null}
      <Steps phases={order.phases ?? []} told={told?.phases} one="unit" />
      {children}
    </Panel>
  )
}

function Sums({ told: { units, away, has } }: { told: UnitRolloutForecast }) {
  if (units + has === 0) return <Empty title="Nobody is meant yet">Whoever comes to be meant later gets it then.</Empty>
  return (
    <div className="forecast">
      <Proportion
        label="What it would do"
        shares={[
          { name: 'online now', meaning: 'running', count: units - away },
          { name: 'told when back', meaning: 'waiting', count: away },
          { name: 'have it already', meaning: 'done', count: has },
        ]}
      />
    </div>
  )
}

interface Changing {
  told: UnitRolloutForecast
  release: number
  releases: readonly ReleaseRecord[]
}

function Changes({ told: { from }, release, releases }: Changing) {
  const to = releases.find(({ id }) => id === release)
  if (!to) return null
  return from.map(({ release: had, units }) => {
    const before = releases.find(({ id }) => id === had?.id)
    const list = before ? releaseDiff(before.content, to.content) : null
    return (
      <details key={had?.id ?? 0} className="apart" open={from.length === 1}>
        <summary>
          {countText(units, 'unit')} from <b>{had?.name ?? 'no release'}</b>
          {list ? `: ${countText(list.length, 'change')}` : ': all of it is new'}
        </summary>
        {list ? <Differences list={list} /> : null}
      </details>
    )
  })
}

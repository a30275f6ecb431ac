import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type RolloutForecast, type RolloutOrder, rolloutOrder } from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { bytesText } from '../../live/quantities.ts'
import { useSettled } from '../../live/settled.ts'
import { Mark } from '../../parts/mark.tsx'
import { Loading, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { NoOrder } from '../plan/no-order.tsx'
import { Steps } from '../plan/steps.tsx'

interface Given {
  order: RolloutOrder
  children: React.ReactNode
}

/** What the fleet says the rollout would do, before it does anything. */
export function Preview({ order, children }: Given) {
  const { client } = useFleet()
  const settled = useSettled(JSON.stringify(order))
  const read = rolloutOrder.safeParse(JSON.parse(settled))
  const forecast = useQuery({
    queryKey: ['forecast', settled],
    queryFn: () => client.forecastRollout(rolloutOrder.parse(JSON.parse(settled))),
    enabled: read.success,
    placeholderData: keepPreviousData,
  })
  const told = read.success && !forecast.error ? forecast.data : undefined
  return (
    <Panel title="What it would do" note="nothing is started yet">
      {read.success ? null : <NoOrder issues={read.error.issues} />}
      {forecast.error && read.success ? <Trouble error={forecast.error} /> : null}
      {told ? <Sums told={told} /> : null}
      {forecast.isLoading ? <Loading /> : null}
      <Steps phases={order.phases ?? []} told={told?.phases} one="device">
        {order.startAt ? <span className="reason">not before {new Date(order.startAt).toLocaleString()}</span> : null}
        {order.windows ? <span className="reason">only {order.windows.join('; ')}</span> : null}
      </Steps>
      {children}
    </Panel>
  )
}

function Sums({ told }: { told: RolloutForecast }) {
  const left = told.excluded.reduce((sum, { devices }) => sum + devices, 0)
  return (
    <div className="forecast">
      <Proportion
        label="What it would do"
        shares={[
          { name: 'would be offered it', meaning: 'running', count: told.devices },
          { name: 'left out', meaning: 'held', count: left },
        ]}
      />
      <ul className="plain" aria-label="Left out">
        {told.excluded
          .toSorted((a, b) => b.devices - a.devices)
          .map(({ code, text, devices }) => (
            <li key={code} className="step">
              <Mark meaning={code === 'up_to_date' ? 'done' : 'held'} long>
                {text}
              </Mark>
              <span className="number">{devices.toLocaleString('en')}</span>
            </li>
          ))}
      </ul>
      <p className="step">
        <span className="note">Bytes at most, {bytesText(told.bytesEach)} each</span>
        <b className="number">{bytesText(told.bytes)}</b>
      </p>
    </div>
  )
}

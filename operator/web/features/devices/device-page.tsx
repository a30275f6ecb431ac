import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AttemptRecord, DeviceDetail, LabelChange, ReportRecord } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { standingMeaning, statusMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { MachineDiagram } from '../../parts/machine-diagram.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment, Short } from '../../parts/moment.tsx'
import { Answered, Empty, Trouble } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Labels } from '../labelling/labels.tsx'
import { agentMachine } from './agent-machine.ts'
import { passedThrough, stateOfStatus } from './agent-state.ts'
import { Service } from './service.tsx'
import { deviceName } from './wanted-text.ts'
import { Why } from './why.tsx'

/** One device: what it runs, what it will be told next and why, where its agent is, what it said. */
export function DevicePage({ id }: { id: string }) {
  const { client } = useFleet()
  const device = useQuery(ask.device(client, id))
  const history = useQuery(ask.history(client, id))
  return <Answered of={device}>{(known) => <Known device={known} history={history.data ?? []} />}</Answered>
}

function Known({ device, history }: { device: DeviceDetail; history: readonly ReportRecord[] }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const label = async (change: LabelChange): Promise<void> => {
    const fresh = await client.labelDevice(device.id, change)
    queries.setQueryData(ask.device(client, device.id).queryKey, fresh)
  }
  const lead = (
    <>
      <Mark meaning={statusMeaning(device.status)}>{plainWord(device.status)}</Mark>
      <span>
        runs <b className="number">{device.version || 'no version'}</b>
      </span>
      <span>
        heard <Moment at={device.lastSeen} />
      </span>
    </>
  )
  return (
    <Page
      title={deviceName(device)}
      above={<Link to="/devices">Devices</Link>}
      lead={lead}
      actions={<Service device={device} />}
    >
      <div className="grid">
        <Why device={device} />
        <Attempts device={device} />
        <Panel title="Its agent" note="where its last report puts it" wide>
          <MachineDiagram
            machine={agentMachine}
            label="The agent's states; this device is in"
            at={stateOfStatus(device.status)}
            meaning={statusMeaning(device.status)}
            passed={passedThrough(history)}
          />
        </Panel>
        <Panel title="What it said" note="newest first; what the fleet concluded itself is marked so">
          <History history={history} />
        </Panel>
        <div className="stack">
          <Labels labels={device.labels} run={label} />
          <Facts device={device} />
        </div>
      </div>
    </Page>
  )
}

function Attempts({ device }: { device: DeviceDetail }) {
  return (
    <Panel title="Packages tried here">
      {device.attempts.length === 0 ? <Empty title="Nothing was offered yet" /> : null}
      <ul className="plain">
        {device.attempts.map((attempt) => (
          <AttemptLine key={attempt.package} device={device.id} attempt={attempt} />
        ))}
      </ul>
    </Panel>
  )
}

function AttemptLine({ device, attempt }: { device: string; attempt: AttemptRecord }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const retry = useMutation({
    mutationFn: () => client.retry(device, attempt.package),
    onSuccess: (fresh) => queries.setQueryData(ask.device(client, device).queryKey, fresh),
  })
  const mayRetry = (attempt.state === 'failed' || attempt.state === 'rolled_back') && !attempt.retry
  return (
    <li className="attempt">
      <div>
        <b className="number">{attempt.version ?? 'unknown version'}</b>{' '}
        <Mark meaning={standingMeaning[attempt.state]}>{plainWord(attempt.state)}</Mark>{' '}
        <span className="note">
          offered {attempt.offers} ×, <Moment at={attempt.at} />
        </span>
        {attempt.reason ? <p className="reason">{attempt.reason}</p> : null}
        {attempt.retry ? <p className="note">It is offered once more when the device asks.</p> : null}
        {retry.error ? <Trouble error={retry.error} /> : null}
      </div>
      {mayRetry ? (
        <button type="button" onClick={() => retry.mutate()} disabled={retry.isPending}>
          Try once more
        </button>
      ) : null}
    </li>
  )
}

function History({ history }: { history: readonly ReportRecord[] }) {
  if (history.length === 0) return <Empty title="It has not reported anything">It reports while it updates.</Empty>
  return (
    <ol className="timeline">
      {history.map((entry) => (
        <li key={entry.id}>
          <span className="note number">
            <Moment at={entry.at} />
          </span>
          <div>
            <Mark meaning={statusMeaning(entry.status)}>{plainWord(entry.status)}</Mark>{' '}
            <span className="note">
              {entry.concluded ? 'concluded by the fleet, ' : ''}
              <Short digest={entry.package} />
            </span>
            {entry.errorMessage ? (
              <p className="reason">
                {entry.previousState ? `while ${entry.previousState}: ` : ''}
                {entry.errorMessage}
              </p>
            ) : null}
            {entry.log ? (
              <details>
                <summary>Its log</summary>
                <pre tabIndex={0}>{entry.log}</pre>
              </details>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  )
}

function Facts({ device }: { device: DeviceDetail }) {
  const pairs = [...Object.entries(device.identity), ...Object.entries(device.attributes)]
  return (
    <Panel title="What it is">
      <dl className="facts">
        <Fact name="hardware" value={device.hardware} />
        {pairs.map(([name, value]) => (
          <Fact key={name} name={name} value={[value].flat().join(', ')} />
        ))}
        <Fact name="product" value={<Short digest={device.product} />} />
        <Fact name="id" value={<Short digest={device.id} />} />
        <Fact name="first heard" value={<Moment at={device.firstSeen} />} />
      </dl>
    </Panel>
  )
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

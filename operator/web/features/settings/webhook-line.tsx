import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { DeliveryRecord, WebhookRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText, plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty, Trouble } from '../../parts/nothing.tsx'
import { Bar } from '../../parts/proportion.tsx'
import { Sure } from '../plan/steer.tsx'
import { deliveryMeaning, deliveryShares, deliveryText } from './delivery-text.ts'

/** One webhook: what it is told of, how its last deliveries fared, each of them where one wants to see it. */
export function WebhookLine({ hook: { id, url, events } }: { hook: WebhookRecord }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [removing, setRemoving] = useState(false)
  const deliveries = useQuery(ask.deliveries(client, id))
  const test = useMutation({
    mutationFn: () => client.testWebhook(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deliveries', id] }),
  })
  return (
    <li className="hook" aria-label={url}>
      <header>
        <span>
          <b className="one-line">{url}</b>
          <span className="reason">{events.map(plainWord).join(', ')}</span>
        </span>
        <span className="actions">
          <button type="button" className="small" onClick={() => test.mutate()} disabled={test.isPending}>
            Send a test
          </button>
          <button type="button" className="small" onClick={() => setRemoving(true)}>
            Remove
          </button>
        </span>
      </header>
      {test.error ? <Trouble error={test.error} /> : null}
      <Answered of={deliveries}>{(list) => <Deliveries list={list} />}</Answered>
      {removing ? (
        <Sure
          title="Remove the webhook?"
          confirm="Remove it"
          run={async () => {
            await client.removeWebhook(id)
            await queries.invalidateQueries({ queryKey: ['webhooks'] })
          }}
          onClose={() => setRemoving(false)}
        >
          <p>{url} is told nothing any more; what waits for it is dropped, and its deliveries are forgotten.</p>
        </Sure>
      ) : null}
    </li>
  )
}

function Deliveries({ list }: { list: readonly DeliveryRecord[] }) {
  const [last] = list
  if (!last) return <Empty title="Nothing was delivered yet">A test shows whether it is reached.</Empty>
  const shares = deliveryShares(list)
  return (
    <div className="stack">
      <div className="hook-sums">
        <Bar label="Last deliveries" shares={shares} />
        <p className="tally">
          {shares.map(({ name, meaning, count }) =>
            count > 0 ? (
              <Mark key={name} meaning={meaning}>
                {count.toLocaleString('en')} {name}
              </Mark>
            ) : null,
          )}
        </p>
      </div>
      {last.state !== 'delivered' && last.attempts > 0 ? <p className="reason">{deliveryText(last)}</p> : null}
      <details>
        <summary>
          {list.length === 1 ? 'The last delivery' : `The last ${countText(list.length, 'delivery', 'deliveries')}`},
          the latest <Moment at={last.createdAt} />
        </summary>
        <ol className="timeline" aria-label="Deliveries">
          {list.map((one) => (
            <li key={one.id}>
              <span className="note number">
                <Moment at={one.createdAt} />
              </span>
              <div>
                {plainWord(one.kind)}{' '}
                <Mark meaning={deliveryMeaning(one)} long>
                  {deliveryText(one)}
                </Mark>
              </div>
            </li>
          ))}
        </ol>
      </details>
    </div>
  )
}

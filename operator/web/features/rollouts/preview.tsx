import { useQuery } from '@tanstack/react-query'
import type { PackageRecord } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { bytesText, countText } from '../../live/quantities.ts'
import { Panel } from '../../parts/page.tsx'
import { gateTexts, sizeText } from './phase-text.ts'
import { orderOf, type RolloutDraft } from './plan-form.ts'

interface Given {
  draft: RolloutDraft
  kept: PackageRecord
  children: React.ReactNode
}

/** What the rollout would do, before it does anything. */
export function Preview({ draft, kept, children }: Given) {
  const { client } = useFleet()
  const order = orderOf(draft, kept)
  const product = useQuery({
    ...ask.countDevices(client, { query: `product = ${kept.product}` }),
    enabled: draft.whom === 'product',
  })
  const already = useQuery({
    ...ask.countDevices(client, { query: `product = ${kept.product} and version = ${JSON.stringify(kept.version)}` }),
    enabled: draft.whom === 'product',
  })
  const devices = 'product' in order.to ? product.data : order.to.devices.length
  const there = draft.whom === 'product' ? (already.data ?? 0) : 0
  const left = Math.max(0, (devices ?? 0) - there)
  return (
    <Panel title="What it would do">
      <dl className="facts">
        <div>
          <dt>devices</dt>
          <dd>{devices === undefined ? 'counting' : devices.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>run it already</dt>
          <dd>{there.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>bytes at most</dt>
          <dd>{bytesText(left * kept.size)}</dd>
        </div>
        <div>
          <dt>hardware</dt>
          <dd>{kept.hardware === 'any' ? 'any' : kept.hardware.join(', ')}</dd>
        </div>
      </dl>
      <ol className="plain steps">
        {(order.phases ?? []).map(({ size, gate = {} }, at) => (
          <li key={draft.phases[at]?.key}>
            <b>{sizeText(size)}</b>
            <span className="reason">next at {gateTexts(gate).join(', ')}</span>
          </li>
        ))}
        <li>
          <b>{order.phases ? 'all others' : countText(left, 'device')}</b>
          {order.startAt ? <span className="reason">not before {new Date(order.startAt).toLocaleString()}</span> : null}
        </li>
      </ol>
      <div className="stack">{children}</div>
    </Panel>
  )
}

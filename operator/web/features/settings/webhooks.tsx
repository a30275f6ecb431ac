import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { NewWebhookRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { AddWebhook } from './add-webhook.tsx'
import { WebhookLine } from './webhook-line.tsx'

/** Who is told what happens, and what became of it. */
export function Webhooks() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const hooks = useQuery(ask.webhooks(client))
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<NewWebhookRecord | null>(null)
  const add = (
    <button type="button" className="small" onClick={() => setAdding(true)}>
      Add a webhook
    </button>
  )
  return (
    <Panel title="Webhooks" note={add} wide>
      {made ? <ShownOnce what={`The secret that signs what goes to ${made.url}`} secret={made.secret} /> : null}
      {adding ? (
        <AddWebhook
          onClose={() => setAdding(false)}
          onAdded={async (fresh) => {
            setMade(fresh)
            await queries.invalidateQueries({ queryKey: ['webhooks'] })
            setAdding(false)
          }}
        />
      ) : null}
      <Answered of={hooks}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="Nobody is told yet">
              A webhook is an address that is told what happens, signed, and told again until it answers.
            </Empty>
          ) : (
            <ul className="plain hooks">
              {list.map((hook) => (
                <WebhookLine key={hook.id} hook={hook} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  )
}

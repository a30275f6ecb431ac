import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ItemRecord, type ReleaseRecord, releaseOrder } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty, Trouble } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { TwoSides } from '../../parts/two-sides.tsx'
import { Differences } from './differences.tsx'
import { ItemFields } from './item-fields.tsx'
import { releaseDiff } from './release-diff.ts'
import { draftFrom, newItemDraft, type ReleaseDraft, releaseOrderOf } from './release-form.ts'
import { ReleaseOptions } from './release-options.tsx'

/** Makes a release, usually of the newest one, and shows beside it what changes. */
export function NewRelease() {
  const { client } = useFleet()
  const items = useQuery(ask.items(client))
  const releases = useQuery(ask.releases(client))
  return (
    <Page title="A new release" above={<Link to="/releases">Releases</Link>}>
      <Answered of={items}>
        {(known) => (
          <Answered of={releases}>
            {(list) =>
              known.length === 0 ? (
                <Empty title="There is no item to make it of" icon="packages">
                  <Link to="/packages">Add one</Link> first.
                </Empty>
              ) : (
                <Form items={known} releases={list} />
              )
            }
          </Answered>
        )}
      </Answered>
    </Page>
  )
}

const empty: ReleaseDraft = { name: '', notes: '', items: [] }

function Form({ items, releases }: { items: readonly ItemRecord[]; releases: readonly ReleaseRecord[] }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [from, setFrom] = useState(releases[0])
  const [draft, setDraft] = useState(from ? draftFrom(from) : empty)
  const change = (given: Partial<ReleaseDraft>): void => setDraft((before) => ({ ...before, ...given }))
  const begin = (id: number): void => {
    const chosen = releases.find((one) => one.id === id)
    setFrom(chosen)
    change({ items: chosen ? draftFrom(chosen).items : [] })
  }
  const order = releaseOrderOf(draft, from)
  const add = useMutation({
    mutationFn: () => client.addRelease(order),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['releases'] })
      await navigate({ to: '/releases', search: from ? { from: from.id, to: id } : {} })
    },
  })
  const read = releaseOrder.safeParse({ ...order, name: draft.name || 'unnamed' })
  return (
    <TwoSides onSend={() => add.mutate()}>
      <div className="stack">
        <Panel title="What it is called">
          <div className="stack">
            <div className="fields">
              <label>
                Name
                <input
                  value={draft.name}
                  required
                  maxLength={64}
                  onChange={(event) => change({ name: event.target.value })}
                />
              </label>
              <label>
                Begins as
                <select value={from?.id ?? 0} onChange={(event) => begin(Number(event.target.value))}>
                  <ReleaseOptions releases={releases} />
                  <option value={0}>nothing</option>
                </select>
              </label>
            </div>
            <label>
              Notes
              <textarea rows={2} value={draft.notes} onChange={(event) => change({ notes: event.target.value })} />
            </label>
          </div>
        </Panel>
        <Items items={items} draft={draft} change={change} />
      </div>
      <Panel title="What changes" note={from ? `against ${from.content.name}` : 'against nothing'}>
        {read.success ? (
          <Differences list={releaseDiff(from?.content ?? nothing, read.data)} />
        ) : (
          <Trouble error={new Error(read.error.issues[0]?.message)} />
        )}
        {add.error ? <Trouble error={add.error} /> : null}
        <p className="more">
          <button type="submit" className="main" disabled={add.isPending || draft.items.length === 0}>
            Make the release
          </button>
        </p>
      </Panel>
    </TwoSides>
  )
}

const nothing: ReleaseRecord['content'] = { name: '', notes: '', items: [], instances: [], subjects: [] }

interface Chosen {
  items: readonly ItemRecord[]
  draft: ReleaseDraft
  change: (given: Partial<ReleaseDraft>) => void
}

function Items({ items, draft, change }: Chosen) {
  const left = [...new Set(items.map(({ itemId }) => itemId))].filter(
    (name) => !draft.items.some(({ itemId }) => itemId === name),
  )
  const add = (name: string): void => {
    const newest = items.findLast(({ itemId }) => itemId === name)
    if (newest) change({ items: [...draft.items, newItemDraft(newest)] })
  }
  return (
    <Panel title="What a unit then runs">
      <ul className="plain">
        {draft.items.map((one, at) => (
          <ItemFields
            key={one.itemId}
            draft={one}
            versions={items.filter(({ itemId }) => itemId === one.itemId)}
            onChange={(fresh) => change({ items: draft.items.with(at, fresh) })}
            onRemove={() => change({ items: draft.items.toSpliced(at, 1) })}
          />
        ))}
      </ul>
      {draft.items.length === 0 ? <Empty title="Nothing yet" /> : null}
      {left.length > 0 ? (
        <p className="more tabs">
          {left.map((name) => (
            <button key={name} type="button" onClick={() => add(name)}>
              + {name}
            </button>
          ))}
        </p>
      ) : null}
    </Panel>
  )
}

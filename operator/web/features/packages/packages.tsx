import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ItemRecord, PackageRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { bytesText, countText } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment, Short } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { AddItem } from './add-item.tsx'
import { Publish } from './publish.tsx'
import { RemovePackage } from './remove-package.tsx'
import { RuleTold, SetRule } from './rule.tsx'

/** What the fleet keeps for devices and for units. */
export function Packages() {
  const { client } = useFleet()
  const packages = useQuery(ask.packages(client))
  const items = useQuery(ask.items(client))
  const [adding, setAdding] = useState(false)
  return (
    <Page title="Packages and items" lead="Packages update devices; items are what units run.">
      <Publish />
      <Panel title="Packages" note="newest first" wide>
        <Answered of={packages}>
          {(list) =>
            list.length === 0 ? (
              <Empty title="No package was published yet">
                <code>windlass pack</code> makes one; drop it above.
              </Empty>
            ) : (
              <div className="cards">
                {list.map((kept) => (
                  <PackageCard key={kept.uid} kept={kept} />
                ))}
              </div>
            )
          }
        </Answered>
      </Panel>
      {adding ? <AddItem onClose={() => setAdding(false)} /> : null}
      <Panel
        title="Items"
        note={
          <button type="button" className="small" onClick={() => setAdding(true)}>
            Add an item
          </button>
        }
        wide
      >
        <Answered of={items}>{(list) => <Items items={list} />}</Answered>
      </Panel>
    </Page>
  )
}

function PackageCard({ kept }: { kept: PackageRecord }) {
  const { uid, version, hardware, signed, size, uploadedAt, objects } = kept
  const [asking, setAsking] = useState<'rule' | 'remove' | null>(null)
  const close = (): void => setAsking(null)
  return (
    <article className="card">
      <header>
        <h3>Version {version}</h3>
        <Mark meaning={signed ? 'done' : 'held'}>{signed ? 'signed' : 'unsigned'}</Mark>
      </header>
      <p className="note">
        <Short digest={uid} /> · <span className="number">{bytesText(size)}</span> ·{' '}
        {hardware === 'any' ? 'any hardware' : hardware.join(', ')} · <Moment at={uploadedAt} />
      </p>
      <RuleTold kept={kept} />
      <ul className="plain objects">
        {objects.map((object) => (
          <li key={object.sha256sum}>
            <span>{object.filename}</span> <span className="note">{object.mode}</span>
            <span className="number">{bytesText(object.size)}</span>
          </li>
        ))}
      </ul>
      <footer>
        <Link to="/rollouts/new" search={{ package: uid }} className="button">
          Roll out {version}
        </Link>
        <button type="button" className="quiet" aria-label={`Rule of ${version}`} onClick={() => setAsking('rule')}>
          Rule
        </button>
        <button type="button" className="quiet" aria-label={`Remove ${version}`} onClick={() => setAsking('remove')}>
          Remove
        </button>
      </footer>
      {asking === 'rule' ? <SetRule kept={kept} onClose={close} /> : null}
      {asking === 'remove' ? <RemovePackage kept={kept} onClose={close} /> : null}
    </article>
  )
}

function Items({ items }: { items: readonly ItemRecord[] }) {
  if (items.length === 0)
    return (
      <Empty title="No item is known yet">
        A service is an OCI image; firmware is added with <code>windlass items add --component</code>.
      </Empty>
    )
  const names = [...new Set(items.map(({ itemId }) => itemId))]
  return (
    <div className="cards">
      {names.map((name) => {
        const versions = items.filter(({ itemId }) => itemId === name)
        return (
          <article className="card" key={name}>
            <header>
              <h3>{name}</h3>
              <span className="note">
                {versions[0]?.type}, {countText(versions.length, 'version')}
              </span>
            </header>
            <ul className="plain objects">
              {versions.map(({ version, size, createdAt }) => (
                <li key={version}>
                  <b className="number">{version}</b>{' '}
                  <span className="note">
                    <Moment at={createdAt} />
                  </span>
                  <span className="number">{bytesText(size)}</span>
                </li>
              ))}
            </ul>
          </article>
        )
      })}
    </div>
  )
}

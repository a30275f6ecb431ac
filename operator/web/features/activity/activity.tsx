import { useState } from 'react'
import { useLive } from '../../live/fleet.tsx'
import { type Meaning, meanings, tally } from '../../live/meaning.ts'
import { Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Happenings } from './happenings.tsx'

/** What happened since the console was opened: how much of each kind, then one by one. */
export function Activity() {
  const { happenings } = useLive()
  const [only, setOnly] = useState<Meaning | null>(null)
  const counts = tally(happenings, ({ meaning }) => meaning)
  const shares = meanings.map((meaning) => ({ name: meaning, meaning, count: counts[meaning] }))
  const list = only ? happenings.filter(({ meaning }) => meaning === only) : happenings
  return (
    <Page title="Activity" lead="What happens in the fleet, as it happens, since this console was opened.">
      <Panel title="Of what kind" note={only ? <All onAll={() => setOnly(null)} /> : null}>
        <Proportion label="Events" shares={shares} onChoose={({ meaning }) => setOnly(meaning)} />
      </Panel>
      <Panel title={only ? `Only ${only}` : 'One by one'}>
        {list.length > 0 ? (
          <Happenings list={list} />
        ) : (
          <Empty title="Nothing of the kind happened yet">
            It appears here by itself. What a device said earlier is on its page.
          </Empty>
        )}
      </Panel>
    </Page>
  )
}

function All({ onAll }: { onAll: () => void }) {
  return (
    <button type="button" className="quiet" onClick={onAll}>
      Show all
    </button>
  )
}

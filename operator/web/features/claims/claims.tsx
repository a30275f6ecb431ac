import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ClaimRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { ClaimLine } from './claim-line.tsx'
import { openText } from './claim-text.ts'
import { NewClaim } from './new-claim.tsx'

/** With which tokens units may enrol: those that are open with what is left of them, and what became of the others. */
export function Claims() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const claims = useQuery(ask.claims(client))
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<ClaimRecord | null>(null)
  const open = claims.data?.filter(({ state }) => state === 'open') ?? []
  const lead = claims.data ? openText(open) : null
  const actions = (
    <button type="button" className="main" onClick={() => setMaking(true)}>
      Make a claim
    </button>
  )
  return (
    <Page title="Claims" above={<Link to="/units">Units</Link>} lead={lead} actions={actions}>
      {making ? (
        <NewClaim
          onClose={() => setMaking(false)}
          onMade={async (claim) => {
            setMade(claim)
            await queries.invalidateQueries({ queryKey: ['claims'] })
            setMaking(false)
          }}
        />
      ) : null}
      {made ? (
        <ShownOnce key={made.id} what={`The token of claim ${made.id.slice(0, 6)}`} secret={made.token}>
          Put it into a file beside the unit's settings and name that file there: <code>fleet.claimTokenFile</code>.
        </ShownOnce>
      ) : null}
      <Answered of={claims}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no claim yet" icon="units">
              A claim's token lets a unit enrol: one, or as many as you say, until its end. Make one, and put its token
              into the unit's settings.
            </Empty>
          ) : (
            <>
              <Panel title="Open" note={open.length}>
                {open.length === 0 ? (
                  <Empty title="Nobody may enrol now">Units that are known go on as they are.</Empty>
                ) : null}
                <ul className="plain">
                  {open.map((claim) => (
                    <ClaimLine key={claim.id} claim={claim} />
                  ))}
                </ul>
              </Panel>
              {list.length > open.length ? (
                <Panel title="Over" note={list.length - open.length}>
                  <ul className="plain">
                    {list
                      .filter(({ state }) => state !== 'open')
                      .map((claim) => (
                        <ClaimLine key={claim.id} claim={claim} />
                      ))}
                  </ul>
                </Panel>
              ) : null}
            </>
          )
        }
      </Answered>
    </Page>
  )
}

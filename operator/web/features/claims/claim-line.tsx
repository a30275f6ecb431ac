import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ClaimStanding } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet, useNow } from '../../live/fleet.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Bar } from '../../parts/proportion.tsx'
import { Sure } from '../plan/steer.tsx'
import { claimMeaning, endText, forText, sharesOfUses } from './claim-text.ts'

const mostShown = 8

/** One claim: whom it lets in and until when, what is left of it, and who came with it. */
export function ClaimLine({ claim }: { claim: ClaimStanding }) {
  const { id, state, uses, usesLeft, createdAt } = claim
  const now = useNow()
  const [asking, setAsking] = useState(false)
  return (
    <li className="claim" aria-label={`Claim ${id}`}>
      <span>
        <b>{forText(claim)}</b>
        <span className="reason">
          <code>{id.slice(0, 6)}</code>, made <Moment at={createdAt} />
        </span>
      </span>
      <span>
        <Mark meaning={claimMeaning[state]}>{state}</Mark>
        <span className="reason">{state === 'open' || state === 'expired' ? endText(claim, now) : null}</span>
      </span>
      <span className="claim-uses">
        {uses > 1 ? <Bar label={`Uses of claim ${id.slice(0, 6)}`} shares={sharesOfUses(claim)} /> : null}
        <span className="reason number">
          {uses > 1 ? `${(uses - usesLeft).toLocaleString('en')} of ${uses.toLocaleString('en')} used` : ''}
          <UsedBy units={claim.usedBy} single={uses === 1} />
        </span>
      </span>
      {state === 'open' ? (
        <button type="button" className="small" aria-label={`Withdraw ${id}`} onClick={() => setAsking(true)}>
          Withdraw
        </button>
      ) : null}
      {asking ? <Withdraw claim={claim} onClose={() => setAsking(false)} /> : null}
    </li>
  )
}

function UsedBy({ units, single }: { units: readonly string[]; single: boolean }) {
  if (units.length === 0) return single ? 'used by nobody' : null
  return (
    <>
      {single ? 'used by ' : ', by '}
      {units.slice(0, mostShown).map((unit, at) => (
        <span key={unit}>
          {at > 0 ? ', ' : ''}
          <Link to="/units/$id" params={{ id: unit }}>
            {unit}
          </Link>
        </span>
      ))}
      {units.length > mostShown ? ` and ${units.length - mostShown} more` : ''}
    </>
  )
}

function Withdraw({ claim, onClose }: { claim: ClaimStanding; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  return (
    <Sure
      title={`Withdraw the claim for ${forText(claim)}?`}
      confirm="Withdraw it"
      run={async () => {
        await client.withdrawClaim(claim.id)
        await queries.invalidateQueries({ queryKey: ['claims'] })
      }}
      onClose={onClose}
    >
      <p>Nobody enrols with its token any more. Units that did stay.</p>
    </Sure>
  )
}

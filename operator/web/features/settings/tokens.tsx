import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { GrantRecord, TokenRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import type { Meaning } from '../../live/meaning.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { GrantFields, grantText } from './grants-fields.tsx'

/** Tokens of programs, and when each was used last. */
export function Tokens() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const tokens = useQuery(ask.tokens(client))
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<{ name: string; token: string } | null>(null)
  const add = (
    <button type="button" className="small" onClick={() => setAdding(true)}>
      Make a token
    </button>
  )
  return (
    <Panel title="API tokens" note={add}>
      {made ? <ShownOnce what={`The token ${made.name}`} secret={made.token} /> : null}
      {adding ? (
        <AddToken
          onClose={() => setAdding(false)}
          onAdded={async (fresh) => {
            setMade(fresh)
            await queries.invalidateQueries({ queryKey: ['tokens'] })
            setAdding(false)
          }}
        />
      ) : null}
      <Answered of={tokens}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no token yet">Programs and the command line use one where people sign in.</Empty>
          ) : (
            <ul className="plain">
              {list.map((token) => (
                <TokenLine key={token.id} token={token} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  )
}

function TokenLine({ token }: { token: TokenRecord }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const { meaning, text } = standingOf(token, useNow())
  const withdraw = useMutation({
    mutationFn: () => client.withdrawToken(token.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  })
  return (
    <li className="line-item">
      <span>
        <b>{token.name}</b> <Mark meaning={meaning}>{text}</Mark>
        <span className="reason">
          {token.grants.map(grantText).join(', ')}; {token.lastUsed ? 'last used ' : 'never used'}
          {token.lastUsed ? <Moment at={token.lastUsed} /> : null}
        </span>
        {withdraw.error ? <Trouble error={withdraw.error} /> : null}
      </span>
      {token.withdrawnAt === null ? (
        <button
          type="button"
          className="small"
          aria-label={`Withdraw ${token.name}`}
          onClick={() => withdraw.mutate()}
          disabled={withdraw.isPending}
        >
          Withdraw
        </button>
      ) : null}
    </li>
  )
}

function standingOf({ withdrawnAt, expiresAt }: TokenRecord, now: number): { meaning: Meaning; text: string } {
  if (withdrawnAt !== null) return { meaning: 'held', text: 'withdrawn' }
  if (expiresAt === null) return { meaning: 'done', text: 'holds' }
  const day = new Date(expiresAt).toLocaleDateString()
  return Date.parse(expiresAt) > now
    ? { meaning: 'done', text: `holds until ${day}` }
    : { meaning: 'held', text: `ended ${day}` }
}

interface Adding {
  onClose: () => void
  onAdded: (made: { name: string; token: string }) => Promise<void>
}

function AddToken({ onClose, onAdded }: Adding) {
  const { client } = useFleet()
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [grant, setGrant] = useState<GrantRecord>({ role: 'operator' })
  const add = useMutation({
    mutationFn: () => client.addToken({ name, grants: [grant], ...(days && { days: Number(days) }) }),
    onSuccess: ({ token }) => onAdded({ name, token }),
  })
  return (
    <Dialog
      title="Make a token"
      confirm="Make it"
      busy={add.isPending}
      error={add.error}
      onConfirm={() => add.mutate()}
      onClose={onClose}
    >
      <div className="fields">
        <label>
          Name
          <input value={name} required maxLength={64} onChange={(event) => setName(event.target.value.trim())} />
        </label>
        <label>
          Holds for days (empty: for ever)
          <input type="number" min={1} max={3650} value={days} onChange={(event) => setDays(event.target.value)} />
        </label>
      </div>
      <GrantFields grant={grant} onChange={setGrant} />
    </Dialog>
  )
}

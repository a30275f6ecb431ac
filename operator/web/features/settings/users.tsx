import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { GrantRecord, UserRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { GrantFields, grantText } from './grants-fields.tsx'

/** Who signs in, and what each may. */
export function Users() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const users = useQuery(ask.users(client))
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<UserRecord | null>(null)
  const [made, setMade] = useState<{ name: string; password: string } | null>(null)
  const again = () => queries.invalidateQueries({ queryKey: ['users'] })
  const remove = useMutation({
    mutationFn: (name: string) => client.removeUser(name),
    onSuccess: async () => {
      await again()
      setRemoving(null)
    },
  })
  const add = (
    <button type="button" className="small" onClick={() => setAdding(true)}>
      Add a user
    </button>
  )
  return (
    <Panel title="Users" note={add}>
      {made ? <ShownOnce what={`The password of ${made.name}`} secret={made.password} /> : null}
      {adding ? (
        <AddUser
          onClose={() => setAdding(false)}
          onAdded={async (name, password) => {
            setMade(password === null ? null : { name, password })
            await again()
            setAdding(false)
          }}
        />
      ) : null}
      {removing ? (
        <Dialog
          title={`Remove ${removing.name}?`}
          confirm="Remove"
          danger
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removing.name)}
          onClose={() => setRemoving(null)}
        >
          <p>Every session ends at once.</p>
        </Dialog>
      ) : null}
      <Answered of={users}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no user yet">On loopback nobody signs in. The first user is an admin.</Empty>
          ) : (
            <ul className="plain">
              {list.map((user) => (
                <UserLine key={user.name} user={user} onMade={setMade} onRemove={() => setRemoving(user)} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  )
}

interface Line {
  user: UserRecord
  onMade: (made: { name: string; password: string } | null) => void
  onRemove: () => void
}

function UserLine({ user, onMade, onRemove }: Line) {
  const { client } = useFleet()
  const now = useNow()
  const anew = useMutation({
    mutationFn: () => client.setPassword(user.name),
    onSuccess: (password) => onMade(password === null ? null : { name: user.name, password }),
  })
  const locked = user.lockedUntil !== null && Date.parse(user.lockedUntil) > now
  return (
    <li className="line-item">
      <span>
        <b>{user.name}</b> {locked ? <Mark meaning="held">locked after wrong passwords</Mark> : null}
        <span className="reason">
          {user.grants.map(grantText).join(', ')}; {user.lastSignIn ? 'last here ' : 'never signed in'}
          {user.lastSignIn ? <Moment at={user.lastSignIn} /> : null}
        </span>
        {anew.error ? <Trouble error={anew.error} /> : null}
      </span>
      <span className="actions">
        {user.signsIn === 'password' ? (
          <button type="button" className="small" onClick={() => anew.mutate()} disabled={anew.isPending}>
            New password
          </button>
        ) : (
          <span className="note">by OpenID</span>
        )}
        <button type="button" className="small" onClick={onRemove} aria-label={`Remove ${user.name}`}>
          Remove
        </button>
      </span>
    </li>
  )
}

interface Adding {
  onClose: () => void
  onAdded: (name: string, password: string | null) => Promise<void>
}

function AddUser({ onClose, onAdded }: Adding) {
  const { client } = useFleet()
  const [name, setName] = useState('')
  const [grant, setGrant] = useState<GrantRecord>({ role: 'operator' })
  const add = useMutation({
    mutationFn: () => client.addUser({ name, grants: [grant] }),
    onSuccess: ({ password }) => onAdded(name, password),
  })
  return (
    <Dialog
      title="Add a user"
      confirm="Add"
      busy={add.isPending}
      error={add.error}
      onConfirm={() => add.mutate()}
      onClose={onClose}
    >
      <label>
        Name
        <input value={name} required maxLength={64} onChange={(event) => setName(event.target.value.trim())} />
      </label>
      <GrantFields grant={grant} onChange={setGrant} />
      <p className="note">The fleet makes the first password.</p>
    </Dialog>
  )
}

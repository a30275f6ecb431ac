import { useQuery } from '@tanstack/react-query'
import type { SessionRecord } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered } from '../../parts/nothing.tsx'
import { Page } from '../../parts/page.tsx'
import { grantText } from './grants-fields.tsx'
import { Tokens } from './tokens.tsx'
import { Users } from './users.tsx'
import { Webhooks } from './webhooks.tsx'

function whoText({ kind, name }: SessionRecord): string {
  if (kind === 'user') return `signed in as ${name}`
  if (kind === 'token') return `by the token ${name}`
  return kind === 'operator_token' ? "by the operator's token" : 'as anyone on this machine may be'
}

/** Who may use the fleet: oneself, its users, its tokens; and who is told what happens there. */
export function Settings() {
  const { client } = useFleet()
  const session = useQuery(ask.session(client))
  const lead = (
    <Answered of={session}>
      {(known) => (
        <span>
          You are here {whoText(known)}: <b>{known.grants.map(grantText).join(', ')}</b>.
        </span>
      )}
    </Answered>
  )
  return (
    <Page title="Settings" lead={lead}>
      <div className="grid">
        <Users />
        <Tokens />
        <Webhooks />
      </div>
    </Page>
  )
}

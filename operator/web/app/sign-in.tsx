import { OperatorError } from '@windlass/wire/operator'
import { type FormEvent, useState } from 'react'
import { project } from '../live/project.ts'

interface SignInProps {
  /** The last token was wrong. */
  refused: boolean
  onToken: (token: string) => void
  onPassword: (name: string, password: string) => Promise<void>
  /** Where the OpenID provider is asked, null for none. */
  openId: string | null
}

/** Who is not known signs in: by name, or with a token. */
export function SignIn({ refused, onToken, onPassword, openId }: SignInProps) {
  return (
    <main className="sign-in">
      <h1>{project ?? 'Windlass'}</h1>
      {openId === null ? null : (
        <a className="button main" href={openId}>
          Sign in through your organisation
        </a>
      )}
      <ByName onPassword={onPassword} />
      <details open={refused}>
        <summary>With a token</summary>
        <ByToken refused={refused} onToken={onToken} />
      </details>
    </main>
  )
}

function ByName({ onPassword }: Pick<SignInProps, 'onPassword'>) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [trouble, setTrouble] = useState<string>()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTrouble(undefined)
    onPassword(name.trim(), password).catch((error: unknown) => {
      setPassword('')
      setTrouble(troubleOf(error))
    })
  }
  return (
    <form onSubmit={submit}>
      <label>
        Name
        <input autoComplete="username" required value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Password
        <input
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          aria-invalid={trouble !== undefined}
          aria-describedby={trouble === undefined ? undefined : 'trouble'}
        />
      </label>
      {trouble === undefined ? null : (
        <p id="trouble" role="alert" className="said-failed">
          {trouble}
        </p>
      )}
      <button type="submit" className="main">
        Sign in
      </button>
    </form>
  )
}

function troubleOf(error: unknown): string {
  if (!(error instanceof OperatorError)) return String(error)
  if (error.code === 'sign_in_refused')
    return 'Name and password do not go together, or the name is locked for a while.'
  return error.code === 'unreachable' ? 'The fleet does not answer.' : error.message
}

function ByToken({ refused, onToken }: Pick<SignInProps, 'refused' | 'onToken'>) {
  const [token, setToken] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (token.trim()) onToken(token.trim())
      }}
    >
      <p>A token is kept for this tab only.</p>
      <label>
        Operator's token
        <input
          type="password"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          aria-invalid={refused}
          aria-describedby={refused ? 'refused' : undefined}
        />
      </label>
      {refused ? (
        <p id="refused" role="alert" className="said-failed">
          The fleet knows another token.
        </p>
      ) : null}
      <button type="submit">Use it</button>
    </form>
  )
}

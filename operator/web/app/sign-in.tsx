import { useState } from 'react'

/** The fleet asks for the operator's token. `refused`: the last one was wrong. */
export function SignIn({ refused, onToken }: { refused: boolean; onToken: (token: string) => void }) {
  const [token, setToken] = useState('')
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim()) onToken(token.trim())
        }}
      >
        <h1>Windlass</h1>
        <p>This fleet asks for the operator's token. It is kept for this tab only.</p>
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
        <button type="submit" className="main">
          Sign in
        </button>
      </form>
    </main>
  )
}

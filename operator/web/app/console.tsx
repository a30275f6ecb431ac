import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { OperatorError, openIdPath, operatorClient } from '@windlass/wire/operator'
import { useEffect, useMemo, useState } from 'react'
import { FleetContext } from '../live/fleet.tsx'
import { Follower } from '../live/follow.ts'
import { base } from '../live/project.ts'
import { sessionToken } from '../live/session-token.ts'
import { Loading, Trouble } from '../parts/nothing.tsx'
import { makeRouter } from './routes.tsx'
import { SignIn } from './sign-in.tsx'

/** The whole console: who is not admitted signs in first, then every page hears one line of events. */
export function Console() {
  const [token, setToken] = useState(sessionToken.read)
  // Whoever signs in or out begins afresh: nothing that another saw is kept.
  const [round, setRound] = useState(0)
  const queries = useMemo(newQueries, [token, round])
  const anew = useMemo(() => () => setRound((before) => before + 1), [])
  return (
    <QueryClientProvider client={queries}>
      <Gate key={round} token={token} setToken={setToken} anew={anew} queries={queries} />
    </QueryClientProvider>
  )
}

interface Held {
  token: string | undefined
  setToken: (token: string | undefined) => void
  anew: () => void
  queries: QueryClient
}

function Gate({ token, setToken, anew, queries }: Held) {
  const client = useMemo(() => operatorClient({ url: location.origin + base, ...(token && { token }) }), [token])
  const follower = useMemo(() => new Follower(), [client])
  const health = useQuery({ queryKey: ['health'], queryFn: () => client.health(), refetchInterval: 15_000 })
  const admitted = health.data !== undefined
  const session = useQuery({ queryKey: ['session'], queryFn: () => client.session(), enabled: admitted })
  const away = health.error instanceof OperatorError && health.error.code === 'unreachable'
  useEffect(() => {
    const quit = new AbortController()
    if (admitted) follower.follow(client, queries, quit.signal).catch(() => undefined)
    return () => quit.abort()
  }, [admitted, client, follower, queries])
  useEffect(() => {
    if (away) follower.lost()
  }, [away, follower])
  const signOut = useMemo(() => {
    if (session.data?.kind !== 'user' && token === undefined) return null
    return () => {
      sessionToken.forget()
      setToken(undefined)
      void client.signOut().finally(anew)
    }
  }, [session.data?.kind, token, setToken, client, anew])
  const router = useMemo(() => makeRouter(signOut), [signOut])
  const fleet = useMemo(() => ({ client, follower, token }), [client, follower, token])
  const { error } = health
  const refused = error instanceof OperatorError && error.status === 401
  const ways = useQuery({ queryKey: ['ways'], queryFn: () => client.signInWays(), enabled: refused })
  if (refused) {
    const onToken = (given: string): void => {
      sessionToken.write(given)
      setToken(given)
    }
    const onPassword = (name: string, password: string) => client.signIn(name, password).then(anew)
    const openId = ways.data?.openid ? base + openIdPath : null
    return <SignIn refused={token !== undefined} onToken={onToken} onPassword={onPassword} openId={openId} />
  }
  // The router is made with what the session allows, once: a second one would show nothing.
  if (!admitted || !session.data)
    return (
      <main className="sign-in">
        {error ? <Trouble error={error} again={() => void health.refetch()} /> : <Loading />}
      </main>
    )
  return (
    <FleetContext value={fleet}>
      <RouterProvider router={router} />
    </FleetContext>
  )
}

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) =>
          count < 2 && !(error instanceof OperatorError && error.status >= 400 && error.status < 500),
      },
    },
  })
}

import { isLoopbackHost } from '@windlass/platform'
import * as client from 'openid-client'
import { FleetError } from '../fleet-error.ts'
import type { OpenIdProvider, OpenIdSettings } from '../people/openid.ts'

/**
 * Authorization code flow with PKCE, state and nonce. The provider's own documents are read at the first sign-in, so that a fleet
 * starts while the provider is away. Only https, but for a provider on this machine.
 */
export function openIdProvider({ issuer, clientId, clientSecret, rolesClaim }: OpenIdSettings): OpenIdProvider {
  const server = new URL(issuer)
  const execute =
    server.protocol === 'http:' && isLoopbackHost(server.hostname.replace(/^\[|\]$/g, ''))
      ? [client.allowInsecureRequests]
      : []
  let known: Promise<client.Configuration> | undefined
  const configuration = (): Promise<client.Configuration> => {
    known ??= client.discovery(server, clientId, clientSecret, undefined, { execute })
    known.catch(() => (known = undefined))
    return known
  }
  return {
    begin: (callback) =>
      refusing(async () => {
        const verifier = client.randomPKCECodeVerifier()
        const flow = { state: client.randomState(), nonce: client.randomNonce(), verifier }
        const address = client.buildAuthorizationUrl(await configuration(), {
          redirect_uri: callback,
          scope: `openid profile email ${rolesClaim}`,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state: flow.state,
          nonce: flow.nonce,
        })
        return { address: address.href, flow }
      }),
    finish: (came, { state, nonce, verifier }) =>
      refusing(async () => {
        const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
        const tokens = await client.authorizationCodeGrant(await configuration(), came, checks)
        const claims = tokens.claims()
        if (!claims) throw new Error('no id token')
        const more = await client.fetchUserInfo(await configuration(), tokens.access_token, claims.sub)
        return { ...more, ...claims }
      }),
  }
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new FleetError('sign_in_refused', `expected the OpenID provider to vouch for somebody, got: ${why}`, {
      cause,
    })
  }
}

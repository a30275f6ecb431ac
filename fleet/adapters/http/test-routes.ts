import { testFleet } from './test-fleet.ts'

export interface Route {
  method: string
  /** With its parameters as they are registered: `/api/v1/devices/:id`. */
  url: string
}

const somewhere = {
  issuer: 'http://localhost',
  clientId: 'windlass',
  clientSecret: 'none',
  nameClaim: 'sub',
  rolesClaim: 'groups',
  roles: {},
}

/** All that a server with units, a packager and an OpenID provider registers, wherever. */
export async function routesOf(): Promise<Route[]> {
  const { app } = await testFleet({ units: true, openid: somewhere })
  const found: Route[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) found.push({ method: each, url })
  })
  await app.ready()
  return found
}

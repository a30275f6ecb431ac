/** As far as our tests use it; the package has no types. */
declare module 'oidc-provider' {
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): (...args: never[]) => unknown
    on(event: 'access_token.saved', hear: (token: { jti: string }) => void): void
  }
}

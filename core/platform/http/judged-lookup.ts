import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { HttpError } from './http.ts'

type Judge = (address: string) => boolean
type Refuse = (what: string) => Error

/**
 * Finds the addresses of a name, for a connection. With one among them that is not allowed the name leads nowhere: what is judged is
 * what is connected to, so that a name cannot lead elsewhere in between. Addresses that are given as such do not come by here.
 */
export function judgedLookup(allows: Judge, refuse: Refuse = forbidden): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      const refused = found?.find(({ address }) => !allows(address))
      if (error || refused) return done(error ?? refuse(`${name}, which is ${refused?.address}`), '', 4)
      if (options.all) return done(null, found)
      done(null, found[0]?.address ?? '', found[0]?.family)
    })
  }
}

/** @throws HttpError `forbidden` where the URL names an IP address that is not allowed */
export function judgeLiteral({ hostname }: URL, allows: Judge): void {
  const name = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) !== 0 && !allows(name)) throw forbidden(name)
}

function forbidden(what: string): HttpError {
  return new HttpError('forbidden', `expected an address of the open net, got ${what}`)
}

import { OriginError } from './origin-error.ts'

/** An image at a registry. `registry` is an origin such as `https://registry.example:5000`. */
export interface Reference {
  registry: string
  repository: string
  /** A tag, or a digest (`sha256:…`). Default `latest`. */
  version: string
}

const form =
  /^(?:docker:\/\/)?([a-z0-9.-]+(?::\d+)?)\/([a-z0-9][a-z0-9._/-]*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$/i

/**
 * Reads `docker://host/repository:tag` or `…@sha256:…`. The host is always named; one on this machine is spoken to without
 * TLS, as Docker does. @throws OriginError `reference`
 */
export function parseReference(text: string): Reference {
  const [, host, repository, tag, digest] = form.exec(text) ?? []
  if (host === undefined || repository === undefined)
    throw new OriginError(
      'reference',
      `expected docker://host/repository[:tag][@digest], got ${withoutLogin(text).slice(0, 200)}`,
    )
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host)
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host
  return { registry: `${isHere ? 'http' : 'https'}://${server}`, repository, version: digest ?? tag ?? 'latest' }
}

// Somebody may have written a login before the host, where it is none.
function withoutLogin(text: string): string {
  return text.replace(/^(\w+:\/\/)?.*@(?!sha256:)/s, '$1…@')
}

import { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'

/** `overrideUrl` alone counts when it is there. The path of the others is that of `url`. */
export interface DiscoverySettings {
  overrideUrl?: string
  /** Default `https://aoscloud.io:9000/sd/v7/`. */
  url: string
}

const issuerAlternativeName = '2.5.29.18'
const uniformResourceIdentifier = 6

/**
 * Where to ask for the cloud, the best first (aoscore.md 6.1): the issuer alternative name of the online certificate, the
 * organization of its subject, the settings.
 */
export function discoveryUrls({ overrideUrl, url }: DiscoverySettings, onlineCertificate?: string): readonly string[] {
  if (overrideUrl !== undefined) return [overrideUrl]
  const named = onlineCertificate === undefined ? [] : namedBy(onlineCertificate)
  const path = new URL(url).pathname
  const placed = named.flatMap((one) => (URL.canParse(one) ? [new URL(path, one).href] : []))
  return [...new Set([...placed, url])]
}

function namedBy(pem: string): readonly string[] {
  const { raw, subject } = new X509Certificate(pem)
  const organization = /^O=(.+)$/m.exec(subject)?.[1]
  return [...issuerUrls(raw), ...(organization === undefined ? [] : [`https://${organization}:9000`])]
}

function issuerUrls(der: Uint8Array<ArrayBuffer>): readonly string[] {
  const { extensions = [] } = pkijs.Certificate.fromBER(der)
  const names: unknown = extensions.find(({ extnID }) => extnID === issuerAlternativeName)?.parsedValue
  if (!(names instanceof pkijs.AltName)) return []
  return names.altNames.flatMap(({ type, value }) => (type === uniformResourceIdentifier ? [String(value)] : []))
}

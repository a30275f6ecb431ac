import { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'

/** `overrideUrl` alone counts when it is there. The path of the others is that of `url`. */
export interface DiscoverySettings {
  overrideUrl?: string
  /** Default `https://aoscloud.io:9000/sd/v7/`. */
  url: string
}

const issuerAlternativeName = '2.5.29.18'
const organization = '2.5.4.10'
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
  const { subject, extensions = [] } = pkijs.Certificate.fromBER(new Uint8Array(new X509Certificate(pem).raw))
  const hosts = subject.typesAndValues
    .filter(({ type }) => type === organization)
    .map(({ value }) => String(value.valueBlock.value))
    .filter((name) => /^[A-Za-z0-9.-]+$/.test(name))
  return [...issuerUrls(extensions), ...hosts.map((host) => `https://${host}:9000`)]
}

function issuerUrls(extensions: readonly pkijs.Extension[]): readonly string[] {
  const names: unknown = extensions.find(({ extnID }) => extnID === issuerAlternativeName)?.parsedValue
  if (!(names instanceof pkijs.AltName)) return []
  return names.altNames.flatMap(({ type, value }) => (type === uniformResourceIdentifier ? [String(value)] : []))
}

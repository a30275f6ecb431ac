import { isIP, isIPv4 } from 'node:net'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'

/* The pieces that requests and certificates are made of. */

export const oid = {
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  alternativeName: '2.5.29.17',
  extensionRequest: '1.2.840.113549.1.9.14',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

const dnsName = 2
const ipAddress = 7

export function commonName(name: string): pkijs.RelativeDistinguishedNames {
  const value = new asn1js.Utf8String({ value: name })
  return new pkijs.RelativeDistinguishedNames({
    typesAndValues: [new pkijs.AttributeTypeAndValue({ type: oid.commonName, value })],
  })
}

export function commonNameOf({ typesAndValues }: pkijs.RelativeDistinguishedNames): string {
  const found = typesAndValues.find(({ type }) => type === oid.commonName)
  return String(found?.value.valueBlock.value ?? '')
}

export function alternativeNames(names: readonly string[]): pkijs.Extension[] {
  if (names.length === 0) return []
  const altNames = names.map((value) =>
    isIP(value)
      ? new pkijs.GeneralName({ type: ipAddress, value: packed(value) })
      : new pkijs.GeneralName({ type: dnsName, value }),
  )
  return [extension(oid.alternativeName, new pkijs.AltName({ altNames }).toSchema(), false)]
}

export function dnsNamesOf(extensions: readonly pkijs.Extension[]): readonly string[] {
  const names: unknown = extensions.find(({ extnID }) => extnID === oid.alternativeName)?.parsedValue
  if (!(names instanceof pkijs.AltName)) return []
  return names.altNames.flatMap(({ type, value }) => {
    if (type === dnsName) return [String(value)]
    return type === ipAddress && value instanceof asn1js.OctetString ? [unpacked(value)] : []
  })
}

/** The address as 4 or 16 bytes (RFC 5280 4.2.1.6). */
function packed(address: string): asn1js.OctetString {
  const bytes = isIPv4(address)
    ? address.split('.').map(Number)
    : groupsOf(address).flatMap((group) => [group >> 8, group & 0xff])
  return new asn1js.OctetString({ valueHex: new Uint8Array(bytes).buffer })
}

/** The eight groups of an IPv6 address; URL writes it in its canonical form, with at most one gap. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  if (tail === undefined) return numbers(head)
  const [left, right] = [numbers(head), numbers(tail)]
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function unpacked({ valueBlock }: asn1js.OctetString): string {
  const bytes = [...valueBlock.valueHexView]
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  )
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

export function basicConstraints(cA: boolean): pkijs.Extension {
  const limits = cA ? { cA, pathLenConstraint: 0 } : { cA }
  return extension(oid.basicConstraints, new pkijs.BasicConstraints(limits).toSchema(), true)
}

/** `bits`: the first byte of the bit string, digitalSignature first. */
export function keyUsage(bits: number): pkijs.Extension {
  return extension(oid.keyUsage, new asn1js.BitString({ valueHex: new Uint8Array([bits]).buffer }), true)
}

export function extendedKeyUsage(keyPurposes: string[]): pkijs.Extension {
  return extension(oid.extendedKeyUsage, new pkijs.ExtKeyUsage({ keyPurposes }).toSchema(), false)
}

function extension(extnID: string, value: { toBER(): ArrayBuffer }, critical: boolean): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER() })
}

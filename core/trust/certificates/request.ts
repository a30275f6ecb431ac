import * as pkijs from 'pkijs'
import { CertificateError } from './certificate-error.ts'
import { signingPair } from './keys.ts'
import { alternativeNames, commonName, commonNameOf, dnsNamesOf, oid } from './parts.ts'
import { fromPem, toPem } from './pem.ts'

const label = 'CERTIFICATE REQUEST'

/** Whose certificate it is to be, and the DNS names it is to answer to. */
export interface Requested {
  commonName: string
  dnsNames: readonly string[]
}

/** A request (PKCS#10, PEM) for this key. @throws CertificateError `unreadable` for a key that cannot be read */
export async function makeRequest(keyPem: string, { commonName: name, dnsNames }: Requested): Promise<string> {
  const { publicKey, privateKey } = await signingPair(keyPem)
  const request = new pkijs.CertificationRequest({ version: 0, subject: commonName(name) })
  await request.subjectPublicKeyInfo.importKey(publicKey)
  const extensions = alternativeNames(dnsNames)
  request.attributes =
    extensions.length === 0
      ? []
      : [
          new pkijs.Attribute({
            type: oid.extensionRequest,
            values: [new pkijs.Extensions({ extensions }).toSchema()],
          }),
        ]
  await request.sign(privateKey, 'SHA-256')
  return toPem(request.toSchema().toBER(), label)
}

/** @returns also the public key: DER, SubjectPublicKeyInfo. @throws CertificateError */
export async function readRequest(pem: string): Promise<Requested & { publicKey: Uint8Array }> {
  const request = parsed(fromPem(pem, label))
  if (!(await request.verify().catch(() => false)))
    throw new CertificateError('refused', 'expected a request signed with its own key')
  return {
    commonName: commonNameOf(request.subject),
    dnsNames: dnsNamesOf(extensionsOf(request)),
    publicKey: new Uint8Array(request.subjectPublicKeyInfo.toSchema().toBER()),
  }
}

function parsed(der: Uint8Array<ArrayBuffer>): pkijs.CertificationRequest {
  try {
    return pkijs.CertificationRequest.fromBER(der)
  } catch (cause) {
    throw new CertificateError('unreadable', 'expected a certificate request in PEM', { cause })
  }
}

function extensionsOf({ attributes = [] }: pkijs.CertificationRequest): readonly pkijs.Extension[] {
  const asked = attributes.find(({ type }) => type === oid.extensionRequest)?.values[0]
  return asked === undefined ? [] : new pkijs.Extensions({ schema: asked }).extensions
}

import { pathToFileURL } from 'node:url'
import type { InstalledCertificate } from '@windlass/model/unit'
import type { Clock, Files } from '@windlass/platform'
import {
  certificateFacts,
  certificatesOf,
  checkChain,
  makeRequest,
  newKey,
  pemBlocks,
} from '@windlass/trust/certificates'
import type { CertificateType, Tls } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { certificateTypes } from './certificate-types.ts'

const longest = 262_144
const ownerOnly = 0o600

interface Held {
  key: string
  chain: string
}

interface Ports {
  files: Files
  clock: Clock
  /** Made when absent, for its owner only. */
  folder: string
  dnsNames: Readonly<Partial<Record<CertificateType, readonly string[]>>>
}

/**
 * A node's keys and certificates, as files (aoscore.md 8.1): `<type>.pem` holds a key with its chain, so that one is never
 * there without the other; `<type>.new.pem` a key whose certificate is still to come. Keys never leave the folder.
 *
 * Whom to trust is learned from the first chain: its root is kept, per side (`cloud`: online and offline; `unit`: the
 * others), and later chains have to lead there.
 */
export class KeyStore {
  readonly #ports: Ports
  readonly #held = new Map<CertificateType, Held>()
  readonly #roots = new Map<Side, string>()
  readonly #watchers = new Set<(type: CertificateType) => void>()

  private constructor(ports: Ports) {
    this.#ports = ports
  }

  static async open(ports: Ports): Promise<KeyStore> {
    const store = new KeyStore(ports)
    await ports.files.makeFolder(ports.folder)
    await ports.files.setMode(ports.folder, 0o700)
    for (const type of certificateTypes) {
      const pem = await store.#read(`${type}.pem`)
      if (pem === undefined) continue
      store.#held.set(type, split(pem))
      // Of earlier versions, which left that to the folder alone.
      await ports.files.setMode(store.#path(`${type}.pem`), ownerOnly)
    }
    for (const side of ['cloud', 'unit'] as const) {
      const pem = await store.#read(`${side}-roots.pem`)
      if (pem !== undefined) store.#roots.set(side, pem)
    }
    return store
  }

  watch(changed: (type: CertificateType) => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Undefined while there is no certificate of the type. */
  tls(type: CertificateType): Tls | undefined {
    const held = this.#held.get(type)
    return held && { key: held.key, cert: held.chain, ca: this.#roots.get(sideOf(type)) ?? '' }
  }

  certificate(type: CertificateType): (InstalledCertificate & { notAfterMs: number }) | undefined {
    const held = this.#held.get(type)
    if (!held) return undefined
    const url = pathToFileURL(this.#path(`${type}.pem`)).href
    const { serial, issuer, notAfterMs } = certificateFacts(certificatesOf(held.chain)[0])
    return { type, certUrl: url, keyUrl: url, serial, issuer, notAfterMs }
  }

  /** Makes a key, to be used once its certificate is applied. @returns the request for it, in PEM */
  async createKey(type: CertificateType, commonName: string): Promise<string> {
    const key = await newKey(type === 'offline' ? 'rsa' : 'ec')
    await this.#ports.files.replace(this.#path(`${type}.new.pem`), key, ownerOnly)
    return makeRequest(key, { commonName, dnsNames: this.#ports.dnsNames[type] ?? [] })
  }

  /** @throws UnitError `identity` for a chain that does not hold, or is not for the key made last */
  async apply(type: CertificateType, chain: string): Promise<InstalledCertificate> {
    const key = (await this.#read(`${type}.new.pem`)) ?? this.#held.get(type)?.key
    if (key === undefined) throw new UnitError('identity', `expected a key of type ${type}, got none`)
    await this.#judge(type, chain, key)
    const clean = pemBlocks(chain, 'CERTIFICATE').join('')
    await this.#ports.files.replace(this.#path(`${type}.pem`), key + clean, ownerOnly)
    await this.#ports.files.remove(this.#path(`${type}.new.pem`))
    this.#held.set(type, { key, chain: clean })
    for (const changed of this.#watchers) changed(type)
    const applied = this.certificate(type)
    if (!applied) throw new UnitError('identity', `expected a certificate of type ${type}, got none`)
    return applied
  }

  /** Trusts these certificates (PEM) from now on, and no others. */
  async trust(side: Side, roots: string): Promise<void> {
    await this.#ports.files.replace(this.#path(`${side}-roots.pem`), roots)
    this.#roots.set(side, roots)
  }

  /** Forgets the keys and certificates of the unit's side, and whom to trust there. */
  async clear(): Promise<void> {
    for (const type of certificateTypes.filter((one) => sideOf(one) === 'unit')) {
      await this.#ports.files.remove(this.#path(`${type}.pem`))
      await this.#ports.files.remove(this.#path(`${type}.new.pem`))
      this.#held.delete(type)
    }
    await this.#ports.files.remove(this.#path('unit-roots.pem'))
    this.#roots.delete('unit')
  }

  async #judge(type: CertificateType, chain: string, key: string): Promise<void> {
    const side = sideOf(type)
    try {
      const roots = this.#roots.get(side) ?? rootOf(chain)
      await checkChain(chain, { roots, key, atMs: this.#ports.clock.now() })
      if (!this.#roots.has(side)) await this.trust(side, roots)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new UnitError('identity', `certificate of type ${type}: ${why}`, { cause })
    }
  }

  async #read(name: string): Promise<string | undefined> {
    const path = this.#path(name)
    if ((await this.#ports.files.facts(path)) === undefined) return undefined
    return new TextDecoder().decode(await this.#ports.files.readFile(path, longest))
  }

  #path(name: string): string {
    return `${this.#ports.folder}/${name}`
  }
}

/** Who signs: the cloud or the unit. */
export type Side = 'cloud' | 'unit'

function sideOf(type: CertificateType): Side {
  return type === 'online' || type === 'offline' ? 'cloud' : 'unit'
}

/** The chain's last certificate, if nobody stands above it; else the chain is judged against nobody, and fails. */
function rootOf(chain: string): string {
  const last = certificatesOf(chain).at(-1)
  if (last && certificateFacts(last).isSelfSigned) return last.toString()
  throw new UnitError('identity', 'expected a chain that ends in its root, as none is known yet')
}

function split(pem: string): Held {
  const [key] = pemBlocks(pem, 'PRIVATE KEY')
  if (key === undefined) throw new UnitError('identity', 'expected a key in PEM, got none')
  return { key, chain: pemBlocks(pem, 'CERTIFICATE').join('') }
}

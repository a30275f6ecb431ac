import { newUnitAuthority, UnitAuthority } from '@windlass/fleet/fakes'
import { generateKeys, type Keys, sign } from '@windlass/trust'

/** The keys of the devices and those of somebody else; who signs units' certificates. */
export interface KeyRing {
  ours: Keys
  theirs: Keys
  authority: UnitAuthority
  /** As base64. The same text is signed once: worlds by the thousand begin with the same releases. */
  sign(by: 'ours' | 'theirs', text: string): string
}

const bits = 2048

export async function newKeyRing(): Promise<KeyRing> {
  const now = () => 0
  const [ours, theirs] = [await generateKeys(bits), await generateKeys(bits)]
  const signed = new Map<string, string>()
  return {
    ours,
    theirs,
    authority: new UnitAuthority(await newUnitAuthority(now()), now),
    sign(by, text) {
      const known = signed.get(`${by} ${text}`)
      const { privateKey } = by === 'ours' ? ours : theirs
      const signature = known ?? sign(privateKey, new TextEncoder().encode(text))
      signed.set(`${by} ${text}`, signature)
      return signature
    },
  }
}

import { newUnitAuthority, UnitAuthority } from '@windlass/fleet/fakes'
import { generateKeys, type Keys } from '@windlass/trust'

/** The keys of the devices and those of somebody else; who signs units' certificates. */
export interface KeyRing {
  ours: Keys
  theirs: Keys
  authority: UnitAuthority
}

const bits = 2048

export async function newKeyRing(): Promise<KeyRing> {
  const now = () => 0
  const [ours, theirs] = [await generateKeys(bits), await generateKeys(bits)]
  return { ours, theirs, authority: new UnitAuthority(await newUnitAuthority(now()), now) }
}

/** An IPv4 network: its first address as a number, and how many bits name it. */
export interface Subnet {
  base: number
  bits: number
}

/** The pools of aoscore.md 5.10, 172.17/16 to 172.28/14, cut to /16. */
export const pool: readonly Subnet[] = Array.from({ length: 15 }, (_, at) => ({
  base: addressOf(`172.${17 + at}.0.0`),
  bits: 16,
}))

/** @throws RangeError */
export function addressOf(text: string): number {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    throw new RangeError(`expected an IPv4 address, got ${text}`)
  return parts.reduce((number, part) => number * 256 + part, 0)
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

/** `172.17.0.0/16` */
export function subnetText({ base, bits }: Subnet): string {
  return `${addressText(base)}/${bits}`
}

/** @throws RangeError */
export function subnetOf(text: string): Subnet {
  const [base = '', bits = '32'] = text.split('/')
  return { base: addressOf(base), bits: Number(bits) }
}

export function overlap(one: Subnet, other: Subnet): boolean {
  return one.base <= lastOf(other) && other.base <= lastOf(one)
}

/** The first network of the pool that nobody uses. */
export function freeSubnet(used: readonly Subnet[]): Subnet | undefined {
  return pool.find((one) => !used.some((other) => overlap(one, other)))
}

/** The lowest free address of a network; the first and the last of all are nobody's. */
export function freeAddress(subnet: Subnet, used: ReadonlySet<number>): number | undefined {
  for (let address = subnet.base + 1; address < lastOf(subnet); address++) if (!used.has(address)) return address
  return undefined
}

function lastOf({ base, bits }: Subnet): number {
  return base + 2 ** (32 - bits) - 1
}

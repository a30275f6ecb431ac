import type { Device } from './records.ts'

/** The shortest text that is looked for inside of identities; shorter ones are looked for where a value begins. */
export const shortestInside = 3

/**
 * Whether a device is found by a text: its id begins with it, or its version, hardware or status has it, or its identity,
 * in upper or lower case. Of an index there is no asking for what is shorter than three characters.
 */
export function foundBy(device: Device, search: string): boolean {
  const text = search.toLowerCase()
  const { id, version, hardware, status, identity } = device
  const inside = JSON.stringify(text).slice(1, -1)
  const piece = text.length < shortestInside ? `"${inside}` : inside
  return (
    id.startsWith(text) ||
    [version, hardware, status].some((one) => one.toLowerCase().includes(text)) ||
    JSON.stringify(identity).toLowerCase().includes(piece)
  )
}

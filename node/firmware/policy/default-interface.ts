import type { Files } from '@windlass/platform'

const mostTableBytes = 1024 * 1024
const up = 0x1
const rejecting = 0x200

/**
 * The interface that packets to everywhere leave by, from the kernel's tables (proc_net(5), net/ipv6/route.c): the default
 * route with the lowest metric, of IPv4 first. Undefined where there is none.
 */
export async function defaultInterface(files: Files): Promise<string | undefined> {
  const ipv4 = await table('/proc/net/route', files)
  // Iface Destination Gateway Flags RefCnt Use Metric Mask
  const own = ipv4.filter(([, to, , flags, , , , mask]) => to === '00000000' && mask === '00000000' && isUp(flags))
  const [first] = own.sort((x, y) => Number(x[6]) - Number(y[6]))
  if (first) return first[0]
  // Destination Length Source Length Gateway Metric RefCnt Use Flags Iface
  const ipv6 = await table('/proc/net/ipv6_route', files)
  const routes = ipv6.filter(
    ([to = '', length, , , , , , , flags]) => /^0+$/.test(to) && length === '00' && isUp(flags),
  )
  return routes.sort((x, y) => hex(x[5]) - hex(y[5]))[0]?.[9]
}

async function table(path: string, files: Files): Promise<string[][]> {
  const bytes = await files.readFile(path, mostTableBytes).catch(() => new Uint8Array())
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines.map((line) => line.trim().split(/\s+/))
}

function isUp(flags: string | undefined): boolean {
  const bits = hex(flags)
  return (bits & up) !== 0 && (bits & rejecting) === 0
}

function hex(text: string | undefined): number {
  return Number.parseInt(text ?? '0', 16)
}

/** Whether a host, without brackets, is this machine alone: `localhost`, `::1` or 127.x.x.x. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** The same of `host:port`, `[v6]:port`. What has no port is no address. */
export function isLoopbackAddress(address: string): boolean {
  const [, v6, host = ''] = /^(?:\[([^[\]]+)\]|([^:[\]]+)):\d+$/.exec(address) ?? []
  return isLoopbackHost(v6 ?? host)
}

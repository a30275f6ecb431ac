/** Whether nobody else reads what is sent to this URL: TLS, or this machine alone. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' }
  if (protocol === 'https:' || protocol === 'wss:') return true
  return /^(ws|http):$/.test(protocol) && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

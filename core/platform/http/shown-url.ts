/**
 * An address as it may be written into logs and errors: its query may be a right to fetch something, and before the host may stand a
 * password.
 */
export function shownUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.host) return `${url.protocol}//${url.host}${url.pathname}`
  return text
    .replace(/[?#].*$/s, '')
    .replace(/\/\/.*@/s, '//')
    .slice(0, 200)
}

/** Headers an agent puts on every request to its server (updatehub.md 3.1). */
export const agentHeaders = {
  'user-agent': 'updatehub/2.0 Linux',
  'content-type': 'application/json',
  'api-content-type': 'application/vnd.updatehub-v1+json',
} as const

/** Paths of the cloud protocol, appended to the server's address as they are (updatehub.md 3.1). */
export const cloudPaths = {
  probe: '/upgrades',
  report: '/report',
  object: (productUid: string, packageUid: string, object: string) =>
    `/products/${productUid}/packages/${packageUid}/objects/${object}`,
} as const

/**
 * Header names of probes and their answers, and ours: `retry` names a package uid that may be tried again on this device,
 * `metered` one that may be fetched over a link that costs; `waits` says in a probe why the package offered before waits,
 * `boot` names the life of the device's kernel, so that restarts show.
 */
export const cloudHeaders = {
  retries: 'api-retries',
  signature: 'uh-signature',
  extraPoll: 'add-extra-poll',
  retry: 'windlass-retry',
  metered: 'windlass-metered',
  waits: 'windlass-waits',
  boot: 'windlass-boot',
} as const

/** Reads a base64 signature: one line, padded, white space around it trimmed (updatehub.md 3.3). */
export function decodeSignature(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
  return form.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined
}

/** Seconds to wait, or undefined where the header is absent or no integer, which is the same to an agent. */
export function decodeExtraPoll(header: string | undefined): number | undefined {
  return header !== undefined && /^[+-]?\d{1,15}$/.test(header.trim()) ? Number(header) : undefined
}

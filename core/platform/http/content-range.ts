import type { HttpAnswer } from './http.ts'

/** Which bytes of the whole an answer carries: from `from` on. `total` is the whole's length, where it was told. */
export interface Extent {
  from: number
  total: number | undefined
}

/** Undefined when the answer is not 200 or 206, or when its header fields do not say or contradict each other. */
export function extentOf({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): Extent | undefined {
  const length = wholeNumber(headers['content-length'])
  if (status === 200) return { from: 0, total: length }
  if (status !== 206) return undefined
  // RFC 9110 14.4: first-last/complete, where complete may be an asterisk.
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers['content-range'] ?? '')
  const [from, last, total] = [wholeNumber(match?.[1]), wholeNumber(match?.[2]), wholeNumber(match?.[3])]
  if (from === undefined || last === undefined || last < from) return undefined
  if (length !== undefined && length !== last - from + 1) return undefined
  if (total !== undefined && last >= total) return undefined
  return { from, total }
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  return Number.isSafeInteger(value) ? value : undefined
}

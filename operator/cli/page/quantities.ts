const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** 1536 as `1.5 KiB`. */
export function bytesText(bytes: number): string {
  const step = stepOf(bytes)
  return `${inStep(bytes, step)} ${units[step]}`
}

/** `38.4 of 64.0 MiB`: both in the unit of the whole. */
export function partText(part: number, whole: number): string {
  const step = stepOf(whole)
  return `${inStep(part, step)} of ${inStep(whole, step)} ${units[step]}`
}

function stepOf(bytes: number): number {
  return bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
}

function inStep(bytes: number, step: number): string {
  return step === 0 ? String(Math.round(bytes)) : (bytes / 1024 ** step).toFixed(1)
}

/** 3725 seconds as `1 h 2 min`; under ten minutes to the second. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  const [h, min] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)]
  if (h > 0) return `${h} h ${min} min`
  return min < 10 ? `${min} min ${s % 60} s` : `${min} min`
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** 1536 as `1.5 KiB`. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  return step === 0 ? `${bytes} B` : `${(bytes / 1024 ** step).toFixed(1)} ${units[step]}`
}

/** 3725 seconds as `1 h 2 min`; under ten minutes to the second. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  const [h, min] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)]
  if (h > 0) return `${h} h ${min} min`
  return min < 10 ? `${min} min ${s % 60} s` : `${min} min`
}

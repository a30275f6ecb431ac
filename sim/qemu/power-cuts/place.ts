/** Where a device is, by what its console says. */
export interface Place {
  /** `start` until the agent runs, `restart` where it was the agent who wanted it so; then the state of the agent. */
  name: string
  hear(line: string): void
}

/** A device that was switched on just now. */
export function switchedOn(): Place {
  return {
    name: 'start',
    hear(line) {
      if (/reboot: Restarting system/.test(line)) this.name = 'restart'
      else if (/"agent started"/.test(line)) this.name = 'entry_point'
      else this.name = /"text":"moved".*"to":"(\w+)"/.exec(line)?.[1] ?? this.name
    },
  }
}

/**
 * How long the disk may be quiet before no more is waited for. A start has much to do before it writes, the longer the busier
 * the host is; at rest there is nothing but what ext4 writes by itself, every five seconds.
 */
export function patienceMs({ name }: Place): number {
  if (name === 'start' || name === 'restart') return Infinity
  return name === 'poll' ? 4_000 : 25_000
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Somebody asked the demo to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** The first signal ends the demo in order; the second at once, after `killAll`. Returns how to stop heeding them. */
export function endOnSignals(quit: AbortController, killAll: () => Promise<void>): () => void {
  let asked = 0
  const onSignal = (): void => {
    asked += 1
    if (asked === 1) quit.abort(new Interrupted('interrupted'))
    else void killAll().finally(() => process.exit(130))
  }
  // A reader that closes the pipe early (`| head`) has seen enough.
  const onPipe = (): void => quit.abort(new Interrupted('nobody reads any more'))
  for (const signal of signals) process.on(signal, onSignal)
  process.stdout.on('error', onPipe)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

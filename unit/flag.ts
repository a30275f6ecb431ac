/** Tells one who waits that there is something to do, so that nobody has to look again and again. */
export class Flag {
  #up = Promise.withResolvers<void>()

  raise(): void {
    this.#up.resolve()
  }

  /** Until it is up, or `stop` fires; takes it down. */
  async raised(stop: AbortSignal): Promise<void> {
    const up = this.#up
    const end = () => up.resolve()
    stop.addEventListener('abort', end)
    if (!stop.aborted) await up.promise
    stop.removeEventListener('abort', end)
    this.#up = Promise.withResolvers()
  }
}

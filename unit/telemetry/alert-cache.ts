import type { UnitAlert } from '@windlass/model/unit'

const mostInPackage = 16
/** As many packages wait while the cloud is away, as upstream keeps messages. */
const mostPackages = 25

/** Alerts on their way to the cloud (aoscore.md 9.2): what is said already is not said twice; when it is full, new ones go. */
export class AlertCache {
  readonly #alerts = new Map<string, UnitAlert>()
  #dropped = 0

  add(alert: UnitAlert): void {
    const key = sameness(alert)
    if (this.#alerts.has(key)) return
    if (this.#alerts.size >= mostInPackage * mostPackages) this.#dropped++
    else this.#alerts.set(key, alert)
  }

  /** All that wait, in packages of 16 at most. */
  take(): UnitAlert[][] {
    const alerts = [...this.#alerts.values()]
    this.#alerts.clear()
    return Array.from({ length: Math.ceil(alerts.length / mostInPackage) }, (_, n) =>
      alerts.slice(n * mostInPackage, (n + 1) * mostInPackage),
    )
  }

  /** How many were let go since this was asked. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }
}

/** When it happened does not count. */
function sameness(alert: UnitAlert): string {
  return JSON.stringify(alert, (key, value: unknown) => (key === 'timeMs' ? undefined : value))
}

/**
 * A timer of the hardware that resets the device when it is not fed in time (Linux, watchdog-api). Every means behind it
 * keeps the promises of `watchdog.contract.ts`.
 */
export interface Watchdog {
  /** Lets it count, from its whole time on. Arming an armed one feeds it. @returns that time in milliseconds. @throws when it cannot be had */
  arm(): Promise<number>
  /** Lets it count from its whole time on again. Nothing where it is not armed. */
  feed(): Promise<void>
  /** It counts no more, where the kernel allows that. Nothing where it is not armed. */
  disarm(): Promise<void>
}

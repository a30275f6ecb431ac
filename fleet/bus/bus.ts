import type { BusMessage } from './message.ts'

/** Who is told. Both are called from the bus's own loop and must not throw. */
export interface Listener {
  hear(message: BusMessage): void
  /** Messages may have been lost: what was built on them has to be read afresh. */
  missed(): void
}

/**
 * Short messages between the processes of one fleet. They carry news, never truth: that is in the records, and who was away
 * reads it there.
 */
export interface Bus {
  /**
   * To every process that listens, this one included, in the order they were published here. Nothing is kept for a process that
   * is not there. Never waits; a message that cannot be carried is logged and makes `missed` of itself.
   */
  publish(message: BusMessage): void
  /** From now on, until `close`. */
  subscribe(listener: Listener): void
  /** Resolves when all that was published here so far is on its way. */
  flush(): Promise<void>
  /** Throws when messages cannot be carried now. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The longest message, as text: whoever publishes keeps its texts short enough. */
export const longestMessage = 64 * 1024

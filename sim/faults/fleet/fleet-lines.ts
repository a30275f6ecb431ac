/** The unit's end of a connection, as the fleet has it. */
export interface FleetLine {
  send(text: string): void
  close(why: string): void
  /** The fleet's process died. */
  died(): void
}

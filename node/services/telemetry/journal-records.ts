/** Up to where the journal was read, over restarts. */
export interface JournalRecords {
  journalCursor(): string | undefined
  saveJournalCursor(cursor: string | undefined): void
}

export function memoryJournalRecords(): JournalRecords {
  let held: string | undefined
  return {
    journalCursor: () => held,
    saveJournalCursor: (cursor) => {
      held = cursor
    },
  }
}

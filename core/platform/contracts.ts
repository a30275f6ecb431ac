export { testFiles } from './files/files.contract.ts'
export { testJournal } from './journal/journal.contract.ts'
export { testProcesses } from './processes/processes.contract.ts'
export { testClock } from './time/clock.contract.ts'

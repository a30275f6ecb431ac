export {
  type AnyDrawing,
  type At,
  type Drawing,
  draw,
  type EventOf,
  type InState,
  type OrderOf,
  type OutcomeOf,
  type StateOf,
} from './drawing.ts'
export { MachineError, type MachineErrorCode } from './machine-error.ts'
export { mermaid } from './mermaid.ts'
export { accepts, next, readState } from './next.ts'
export { type JournalRecord, readRecord, type Upgrades } from './record.ts'
export { type News, Runner, type RunnerPorts, type RunnerRules, type Verdict } from './runner.ts'
export { type Later, later, type Progress, type Step, stopped, type Work } from './work.ts'

export { type Clock, systemClock } from './clock.ts'
export type { FileFacts, Files, OpenAs, OpenFile } from './files.ts'
export {
  type Http,
  type HttpAnswer,
  type HttpCall,
  HttpError,
  type HttpErrorCode,
  type HttpHandler,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
} from './http.ts'
export { fileJournal, type Journal, type SetAside } from './journal.ts'
export type { Log, LogFields, LogLevel, LogSink } from './log.ts'
export { type Command, type Ended, ProcessError, type ProcessErrorCode, type Processes } from './processes.ts'
export { type Random, systemRandom } from './random.ts'

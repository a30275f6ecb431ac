export { isDiskError } from './files/disk-error.ts'
export type { FileFacts, Files, OpenAs, OpenFile } from './files/files.ts'
export { FilesError, type FilesErrorCode } from './files/files-error.ts'
export { nodeFiles } from './files/node-files.ts'
export { ReadRoom } from './files/read-room.ts'
export { byteRange } from './http/byte-range.ts'
export { type Extent, extentOf } from './http/content-range.ts'
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
} from './http/http.ts'
export { judgedLookup } from './http/judged-lookup.ts'
export { type ListenAddress, type Listening, type ListenOptions, listen } from './http/listen.ts'
export { type NodeHttpOptions, nodeHttp } from './http/node-http.ts'
export { shownUrl } from './http/shown-url.ts'
export { checkedText, withChecksum } from './journal/checksum.ts'
export { fileJournal, type Journal, type SetAside, twinJournal } from './journal/journal.ts'
export { createLog, fromLevel } from './log/create-log.ts'
export { fieldText, jsonLines, prettyLines } from './log/lines.ts'
export type { Log, LogFields, LogLevel, LogSink } from './log/log.ts'
export { MemoryLog, type MemoryLogEntry, type MemoryLogOptions } from './log/memory-log.ts'
export { isLoopbackAddress, isLoopbackHost } from './loopback.ts'
export { nodeProcesses } from './processes/node-processes.ts'
export { type Command, type Ended, ProcessError, type ProcessErrorCode, type Processes } from './processes/processes.ts'
export { backoff, type RetryPolicy, retry } from './retry/retry.ts'
export { changes } from './rpc/changes.ts'
export {
  type Caller,
  type CallMethod,
  type ClientTls,
  type FeedMethod,
  type Link,
  type MutualTls,
  type Rpc,
  type RpcClient,
  RpcError,
  type RpcErrorCode,
  type RpcHandlers,
  type RpcServer,
  type ServerTls,
  type StreamMethod,
} from './rpc/rpc.ts'
export { type Fragment, fragmentOf, readFragment } from './settings/fragment.ts'
export type { Kind } from './settings/kinds.ts'
export * as kinds from './settings/kinds.ts'
export { SettingsError, type SettingsErrorCode } from './settings/settings-error.ts'
export { allKeys, onlyKeys, SettingsInput } from './settings/settings-input.ts'
export { type Clock, systemClock } from './time/clock.ts'
export { endingClock } from './time/ending-clock.ts'
export { type Random, systemRandom } from './time/random.ts'
export { KeptRunningTime, type RunningTime, type RunningTimeRecords } from './time/running-time.ts'

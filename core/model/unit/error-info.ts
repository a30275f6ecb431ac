/** What went wrong, as AosCore says it everywhere (aoscore.md 0.5). `exitCode` is an errno or a process's exit code. */
export interface ErrorInfo {
  aosCode: AosCode
  exitCode: number
  message: string
}

export const aosCodes = {
  none: 0,
  failed: 1,
  runtime: 2,
  noMemory: 3,
  outOfRange: 4,
  notFound: 5,
  invalidArgument: 6,
  timeout: 7,
  alreadyExist: 8,
  wrongState: 9,
  invalidChecksum: 10,
  alreadyLoggedIn: 11,
  notSupported: 12,
  eof: 13,
  canceled: 14,
} as const

export type AosCodeName = keyof typeof aosCodes
/** One of `aosCodes`; a number that a newer program made up is kept as it came. */
export type AosCode = number

export function errorInfo(code: AosCodeName, message: string, exitCode = 0): ErrorInfo {
  return { aosCode: aosCodes[code], exitCode, message }
}

import { StartError } from '../fleet-error.ts'

/** Reads a small text file. */
export type ReadText = (path: string) => Promise<string>

/** What stands in a file that a setting names. @throws StartError `settings_invalid`, naming the setting */
export async function content(path: string, key: string, read: ReadText): Promise<string> {
  try {
    return await read(path)
  } catch (cause) {
    throw invalid(`${key}: expected a file at ${path}, got: ${messageOf(cause)}`, cause)
  }
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

export function invalid(message: string, cause?: unknown): StartError {
  return new StartError('settings_invalid', message, { cause })
}

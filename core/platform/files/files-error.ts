/** `too_large`: a file holds more bytes than the reader allows. */
export type FilesErrorCode = 'too_large'

/** What the disk itself would not refuse. Its own errors are Node's, with `code`. */
export class FilesError extends Error {
  override readonly name = 'FilesError'
  readonly code: FilesErrorCode
  constructor(code: FilesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export { type ByteSource, fileSource, streamSource } from './archive/byte-source.ts'
export { tarEntries } from './archive/tar-entries.ts'
export { decodePax, type TarHeader } from './archive/tar-header.ts'

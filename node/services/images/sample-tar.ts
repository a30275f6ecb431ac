export interface SampleEntry {
  name: string
  type?: string
  linkname?: string
  data?: string
  mode?: number
}

/** A tar archive of ustar headers, well-formed whatever it says. For tests. */
export function tarOf(entries: readonly SampleEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryOf), Buffer.alloc(1024)])
}

function entryOf({ name, type = '0', linkname = '', data = '', mode = 0o644 }: SampleEntry): Buffer[] {
  const content = Buffer.from(data)
  const header = Buffer.alloc(512)
  const field = (text: string, at: number) => header.write(text, at, 'latin1')
  field(name, 0)
  field(mode.toString(8).padStart(7, '0'), 100)
  field('0000000', 108)
  field('0000000', 116)
  field(content.length.toString(8).padStart(11, '0'), 124)
  field('00000000000', 136)
  field(' '.repeat(8), 148)
  field(type, 156)
  field(linkname, 157)
  field('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  field(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
}

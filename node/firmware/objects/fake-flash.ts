import { ended, type FakeCall, type FakeFiles, type FakeProgram } from '@windlass/platform/fakes'

const block = 16 * 1024
const page = 2048

/** An MTD device as the kernel shows it. `bad`: numbers of blocks that cannot be used. */
export interface FakeMtd {
  index: number
  name: string
  type: 'nand' | 'nor' | 'rom'
  size: number
  content?: Uint8Array
  bad?: readonly number[]
  flags?: string
}

/** Makes devices and the kernel's files about them. */
export function putMtds(files: FakeFiles, mtds: readonly FakeMtd[]): void {
  const lines = mtds.map(({ index, name, size }) => {
    const hex = (bytes: number) => bytes.toString(16).padStart(8, '0')
    return `mtd${index}: ${hex(size)} ${hex(block)} "${name}"\n`
  })
  files.put('/proc/mtd', `dev:    size   erasesize  name\n${lines.join('')}`)
  for (const { index, name, type, size, content, bad = [], flags = '0x400' } of mtds) {
    files.addDevice(`/dev/mtd${index}`, size, content)
    const facts = { name, type, size, erasesize: block, bad_blocks: bad.length, flags }
    for (const [fact, value] of Object.entries(facts)) files.put(`/sys/class/mtd/mtd${index}/${fact}`, `${value}\n`)
  }
}

/** mtd-utils as far as they are called, on fake devices: programming only clears bits, whole pages at a time. */
export function flashTools(files: FakeFiles, mtds: readonly FakeMtd[]): Record<string, FakeProgram> {
  const find = (path = '') => {
    const mtd = mtds.find(({ index }) => path === `/dev/mtd${index}`)
    if (!mtd) throw new Error(`${path} is no MTD device`)
    return { ...mtd, path }
  }
  const program = async (mtd: FakeMtd & { path: string }, bytes: Uint8Array) => {
    const good = Array.from({ length: mtd.size / block }, (_, at) => at).filter((at) => !mtd.bad?.includes(at))
    if (bytes.length > good.length * block) return ended({ code: 1, stderr: 'Input file does not fit into device' })
    const present = files.peek(mtd.path)
    const file = await files.open(mtd.path, 'update')
    for (let at = 0, nth = 0; at < bytes.length; at += block, nth++) {
      const to = (good[nth] ?? 0) * block
      await file.write(
        bytes.subarray(at, at + block).map((byte, i) => byte & (present[to + i] ?? 0)),
        to,
      )
    }
    await file.sync()
    return ended()
  }
  return {
    async flash_erase({ args: [path, from, count] }: FakeCall) {
      const mtd = find(path)
      if (from !== '0' || count !== '0') return ended({ code: 1, stderr: 'expected all of it' })
      const file = await files.open(mtd.path, 'update')
      await file.write(new Uint8Array(mtd.size).fill(0xff), 0)
      return ended()
    },
    async nandwrite({ args: [pad, path, from], input }: FakeCall) {
      const mtd = find(path)
      if (mtd.type !== 'nand' || from !== '-') return ended({ code: 1, stderr: 'nandwrite: MTD is not NAND' })
      const last = input.length % page
      if (last > 0 && pad !== '-p') return ended({ code: 1, stderr: 'Input file is not page-aligned' })
      return program(mtd, Buffer.concat([input, new Uint8Array(last && page - last).fill(0xff)]))
    },
    async flashcp({ args: [from = '', path] }: FakeCall) {
      const mtd = find(path)
      const bytes = files.peek(from)
      const how = await program(mtd, bytes)
      const same = Buffer.compare(files.peek(mtd.path).subarray(0, bytes.length), bytes) === 0
      return same ? how : ended({ code: 1, stderr: 'File does not seem to match flash data' })
    },
  }
}

/** A UBI device with its volumes. What an update did not bring to its end is corrupt. */
export class FakeUbi {
  readonly corrupt = new Set<string>()
  readonly #files: FakeFiles
  readonly #device: number
  readonly #names: readonly string[]
  constructor(files: FakeFiles, device: number, onMtd: number, volumes: Readonly<Record<string, number>>) {
    this.#files = files
    this.#device = device
    this.#names = Object.keys(volumes)
    files.addDevice(`/dev/ubi${device}`, 0)
    files.put(`/sys/class/ubi/ubi${device}/mtd_num`, `${onMtd}\n`)
    for (const [id, blocks] of Object.values(volumes).entries()) {
      files.addDevice(`/dev/ubi${device}_${id}`, blocks * block)
      files.put(`/sys/class/ubi/ubi${device}_${id}/reserved_ebs`, `${blocks}\n`)
      files.put(`/sys/class/ubi/ubi${device}_${id}/usable_eb_size`, `${block}\n`)
    }
  }

  ubinfo({ args: [device, flag, name = ''] }: FakeCall) {
    const id = this.#names.indexOf(name)
    const found = device === `/dev/ubi${this.#device}` && flag === '-N' && id >= 0
    if (!found) return ended({ code: 255, stderr: `ubinfo: error!: cannot get information about volume "${name}"` })
    return ended({ stdout: `Volume ID:   ${id} (on ubi${this.#device})\nType:        dynamic\nName:        ${name}\n` })
  }

  async ubiupdatevol({ args: [path = '', flag, size, from], input }: FakeCall) {
    if (flag !== '-s' || from !== '-')
      return ended({ code: 255, stderr: 'file size must be specified if input is stdin' })
    this.corrupt.add(path)
    const file = await this.#files.open(path, 'update')
    await file.write(input.subarray(0, Number(size)), 0)
    if (input.length < Number(size)) return ended({ code: 255, stderr: `cannot read ${size} bytes from "-"` })
    this.corrupt.delete(path)
    return ended()
  }
}

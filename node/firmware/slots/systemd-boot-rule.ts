import { join } from 'node:path/posix'
import type { InstallationSet } from '@windlass/model'
import type { Files } from '@windlass/platform'

/** What systemd-boot 252 does in a folder of entries, for tests: sorts, counts the start in the name, starts the first. */
export async function countingStart(folder: string, files: Files): Promise<InstallationSet> {
  const found: { name: string; stem: string; order: number; left?: number; done: number; text: string }[] = []
  for (const name of await files.list(folder)) {
    const [, stem = '', order, left, done] = /^(slot-(\d+).*?)(?:\+(\d+)(?:-(\d+))?)?\.conf$/.exec(name) ?? []
    const text = order === undefined ? '' : new TextDecoder().decode(await files.readFile(join(folder, name), 65_536))
    if (!/^linux /m.test(text)) continue
    found.push({ name, stem, order: Number(order), ...(left && { left: Number(left) }), done: Number(done ?? 0), text })
  }
  found.sort((x, y) => Number(x.left === 0) - Number(y.left === 0) || y.order - x.order)
  const [first] = found
  if (!first) throw new Error(`systemd-boot finds no entry in ${folder}`)
  if (first.left) {
    const counted = `${first.stem}+${first.left - 1}-${first.done + 1}.conf`
    await files.rename(join(folder, first.name), join(folder, counted))
    const names = await files.open(folder, 'read')
    await names.sync()
    await names.close()
  }
  return first.text.includes('windlass.slot=b') ? 'b' : 'a'
}

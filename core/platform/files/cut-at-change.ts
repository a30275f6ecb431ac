import { PowerCut } from './disk-error.ts'
import type { Files, OpenAs, OpenFile } from './files.ts'

/**
 * A disk on which nothing works any more from right after the n-th change; `cut` says whether it came to that. `onCut`
 * happens then, before anybody hears of it: a process may end itself there.
 */
export function cutAtChange(
  inner: Files,
  step: number,
  onCut: () => void = () => undefined,
): { files: Files; cut(): boolean } {
  let at = 0
  const cut = () => at >= step
  async function change<T>(work: () => Promise<T>): Promise<T> {
    if (cut()) throw new PowerCut(`the power is off since step ${step}`)
    const result = await work()
    at += 1
    if (at === step) onCut()
    if (cut()) throw new PowerCut(`the power went at step ${step}`)
    return result
  }
  const open = async (path: string, as: OpenAs) => opened(await inner.open(path, as))
  const opened = (file: OpenFile): OpenFile => ({
    read: (into, from) => file.read(into, from),
    write: (bytes, to) => change(() => file.write(bytes, to)),
    size: () => file.size(),
    truncate: (size) => change(() => file.truncate(size)),
    sync: () => change(() => file.sync()),
    close: () => file.close(),
  })
  const files: Files = {
    open: (path, as) => (as === 'create' || as === 'append' ? change(() => open(path, as)) : open(path, as)),
    readFile: (path, most) => inner.readFile(path, most),
    replace: (path, bytes, mode) => change(() => inner.replace(path, bytes, mode)),
    rename: (from, to) => change(() => inner.rename(from, to)),
    remove: (path) => change(() => inner.remove(path)),
    list: (path) => inner.list(path),
    facts: (path) => inner.facts(path),
    makeFolder: (path) => change(() => inner.makeFolder(path)),
    realPath: (path) => inner.realPath(path),
    setMode: (path, mode) => change(() => inner.setMode(path, mode)),
    setOwner: (path, uid, gid) => change(() => inner.setOwner(path, uid, gid)),
    freeBytes: (path) => inner.freeBytes(path),
  }
  return { files, cut }
}

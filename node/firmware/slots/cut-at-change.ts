import type { Files, OpenFile } from '@windlass/platform'
import { PowerCut } from '@windlass/platform/fakes'

/** A disk on which nothing works any more from right after the n-th change; `cut` says whether it came to that. */
export function cutAtChange(inner: Files, step: number): { files: Files; cut(): boolean } {
  let at = 0
  const cut = () => at >= step
  async function change<T>(work: () => Promise<T>): Promise<T> {
    if (cut()) throw new PowerCut(`the power is off since step ${step}`)
    const result = await work()
    at += 1
    if (cut()) throw new PowerCut(`the power went at step ${step}`)
    return result
  }
  const opened = (file: OpenFile): OpenFile => ({
    read: (into, from) => file.read(into, from),
    write: (bytes, to) => change(() => file.write(bytes, to)),
    size: () => file.size(),
    truncate: (size) => change(() => file.truncate(size)),
    sync: () => change(() => file.sync()),
    close: () => file.close(),
  })
  const files: Files = {
    open: async (path, as) => opened(await inner.open(path, as)),
    readFile: (path, most) => inner.readFile(path, most),
    replace: (path, bytes) => change(() => inner.replace(path, bytes)),
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

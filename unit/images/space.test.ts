import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { Space } from './space.ts'

const never = new AbortController().signal

async function scene(capacity: number, evictions: number[] = []) {
  const files = new FakeFiles({ capacity })
  await files.makeFolder('/store')
  const space = new Space(files, '/store', async () => {
    const freed = evictions.shift()
    if (freed !== undefined) files.capacity += freed
    return freed !== undefined
  })
  return { files, space }
}

describe('room', () => {
  it('that is promised is not promised twice', async () => {
    const { space } = await scene(100)
    const first = await space.reserve(60, never)
    const waiting = space.reserve(60, never)
    first.release()
    await expect(waiting).resolves.toBeDefined()
  })

  it('that was used is counted by the disk alone', async () => {
    const { files, space } = await scene(100)
    const first = await space.reserve(60, never)
    files.put('/store/file', new Uint8Array(60))
    first.used(60)
    await expect(space.reserve(40, never)).resolves.toBeDefined()
  })

  it('is made by giving up one thing after the other, until there is enough', async () => {
    const { space } = await scene(10, [30, 30, 30, 30])
    await space.reserve(90, never)
    await expect(space.reserve(30, never)).resolves.toBeDefined()
  })

  it('that cannot be made is refused at once where nobody may give some back', async () => {
    const { space } = await scene(10, [5])
    await expect(space.reserve(20, never)).rejects.toThrow('expected 20 free bytes in /store, got 15')
    await expect(space.reserve(15, never)).resolves.toBeDefined()
  })

  it('is not waited for any longer once the signal fires', async () => {
    const { space } = await scene(100)
    const first = await space.reserve(60, never)
    const stop = new AbortController()
    const waiting = space.reserve(60, stop.signal)
    stop.abort(new Error('cancelled'))
    await expect(waiting).rejects.toThrow('cancelled')
    first.release()
    first.release()
    await expect(space.reserve(100, never)).resolves.toBeDefined()
  })
})

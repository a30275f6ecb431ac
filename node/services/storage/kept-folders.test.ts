import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { expect, it, onTestFinished } from 'vitest'
import { FakeQuotas } from './fake-quotas.ts'
import { firstProject, type QuotaWay } from './find-quotas.ts'
import { KeptFolders } from './kept-folders.ts'
import { memoryStorageRecords } from './storage-records.ts'

const ttlMs = 1000
const [first, second] = [firstProject + 1, firstProject + 2]

async function scene() {
  const root = await mkdtemp(join(tmpdir(), 'kept-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const clock = new FakeClock()
  const records = memoryStorageRecords()
  const quotas = new FakeQuotas()
  const filesystem: QuotaWay = { by: 'filesystem', quotas, blockBytes: 1024 }
  const open = (way: QuotaWay = filesystem, folder = root) =>
    new KeptFolders({ records, clock, log: createLog([], () => 0) }, [{ folder, way }], ttlMs)
  const isThere = (name: string) => stat(join(root, name)).then(Boolean, () => false)
  return { root, clock, records, quotas, open, isThere, at: (name: string) => join(root, name) }
}

it('each folder has a project of its own, the same after a restart', async () => {
  const { open, at, quotas } = await scene()
  const kept = open()
  // At the same time, as instances are started.
  await Promise.all([kept.use(at('a'), 5000), kept.use(at('b'), 5000)])
  const projects = [await quotas.projectOf(at('a')), await quotas.projectOf(at('b'))]
  expect(new Set(projects)).toEqual(new Set([first, second]))
  await open().use(at('a'), 9000)
  expect(await quotas.projectOf(at('a'))).toBe(projects[0])
  expect(quotas.limits.get(projects[0] ?? 0)?.bytes).toBe(10 * 1024)
})

it('a project that the filesystem knows of is somebody else s', async () => {
  const { open, at, quotas } = await scene()
  await quotas.limit(first, { bytes: 1, files: 1 })
  await open().use(at('a'), 5000)
  expect(await quotas.projectOf(at('a'))).toBe(second)
})

it('a folder that was killed in the middle of being marked, or made anew by somebody, is marked again', async () => {
  const { open, at, quotas, records } = await scene()
  await open().use(at('a'), 5000)
  const marked: string[] = []
  const { mark } = quotas
  quotas.mark = (folder, project) => {
    marked.push(folder)
    return mark.call(quotas, folder, project)
  }
  await open().use(at('a'), 5000)
  expect(marked).toEqual([])
  records.saveFolder({ folder: at('a'), project: first, isMarked: false })
  await open().use(at('a'), 5000)
  quotas.remove(at('a'))
  await open().use(at('a'), 5000)
  expect(marked).toEqual([at('a'), at('a')])
  expect(await quotas.projectOf(at('a'))).toBe(first)
})

it('L19: what no instance has goes after its time, and its project is free again', async () => {
  const { open, at, clock, quotas, isThere, records } = await scene()
  const kept = open()
  await kept.use(at('a'), 5000)
  await kept.use(at('b'), 5000)
  await kept.keep(new Set([at('b')]))
  await clock.advance(ttlMs - 1)
  await kept.keep(new Set([at('b')]))
  expect(await isThere('a')).toBe(true)
  await clock.advance(1)
  await kept.keep(new Set([at('b')]))
  expect([await isThere('a'), await isThere('b')]).toEqual([false, true])
  expect([...quotas.limits.keys()]).toEqual([second])
  expect(records.folders().map(({ folder }) => folder)).toEqual([at('b')])
  quotas.remove(at('a'))
  await kept.use(at('c'), 5000)
  expect(await quotas.projectOf(at('c'))).toBe(first)
})

it('one that is used again in time begins anew', async () => {
  const { open, at, clock, isThere } = await scene()
  const kept = open()
  await kept.use(at('a'), 5000)
  await kept.keep(new Set())
  await clock.advance(ttlMs - 1)
  await open().keep(new Set([at('a')]))
  await clock.advance(ttlMs)
  await kept.keep(new Set())
  expect(await isThere('a')).toBe(true)
})

it('a clock that is set takes nothing away, and a restart does not count', async () => {
  const { open, at, clock, isThere } = await scene()
  await open().use(at('a'), 5000)
  await open().keep(new Set())
  clock.jump(10 * ttlMs)
  await open().keep(new Set())
  await clock.advance(ttlMs)
  await open().keep(new Set())
  expect(await isThere('a')).toBe(true)
})

it('the project of a folder that somebody removed is free at once', async () => {
  const { open, at, quotas, records } = await scene()
  const kept = open()
  await kept.use(at('a'), 5000)
  await rm(at('a'), { recursive: true })
  quotas.remove(at('a'))
  await kept.keep(new Set())
  expect([quotas.limits.size, records.folders()]).toEqual([0, []])
})

it('without quotas folders are kept and go all the same', async () => {
  const { open, at, clock, isThere } = await scene()
  const kept = open({ by: 'measuring', why: 'this is tmpfs' })
  expect(await kept.use(at('a'), 5000)).toBe('measuring')
  expect(await kept.used(at('a'))).toBeUndefined()
  await kept.keep(new Set())
  await clock.advance(ttlMs)
  await kept.keep(new Set())
  expect(await isThere('a')).toBe(false)
})

it('what lies outside of our folders since the settings changed is left alone', async () => {
  const { open, at, root, clock, records, isThere } = await scene()
  await open().use(at('a'), 5000)
  await mkdir(at('new'))
  const moved = open({ by: 'measuring', why: 'this is tmpfs' }, join(root, 'new'))
  await moved.keep(new Set())
  await clock.advance(ttlMs)
  await moved.keep(new Set())
  expect([await isThere('a'), records.folders()]).toEqual([true, []])
})

it('tells how much a folder takes, as its filesystem counts', async () => {
  const { open, at, quotas } = await scene()
  const kept = open()
  await kept.use(at('a'), 5000)
  expect(quotas.write(join(at('a'), 'x'), 3000)).toBe(true)
  expect(await kept.used(at('a'))).toBe(4 * 1024)
})

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock, SeededRandom } from '@windlass/platform/fakes'
import { afterAll, beforeAll } from 'vitest'
import { placeContract } from '../blobs/place.contract.ts'
import { folderPlace } from './folder-place.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-place-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

placeContract('a folder', async () => ({
  place: await folderPlace(folder, { random: new SeededRandom(1), clock: new FakeClock(), alone: true }),
  async names() {
    const files = await readdir(folder, { recursive: true, withFileTypes: true })
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    return paths.filter((path) => !path.includes('incoming') && !path.endsWith('fleet-id')).toSorted()
  },
}))

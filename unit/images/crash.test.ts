import { createHash } from 'node:crypto'
import { join } from 'node:path/posix'
import type { Database } from '@windlass/platform/database'
import { openDatabase } from '@windlass/platform/database'
import { FakeFiles, PowerCut } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { sampleItem } from './sample-item.ts'
import { folder, never, noTrust, Scene, said } from './scene.ts'

const one = sampleItem({ layers: ['base'.repeat(300), 'one'.repeat(300)] })
const two = sampleItem({ version: '2.0.0', layers: ['base'.repeat(300), 'two'.repeat(300)] })

/** A unit with version 1 installed, about to bring version 2, of which a layer is encrypted. */
async function ready(files: FakeFiles) {
  const scene = new Scene({ files, db: poweredBy(files) })
  for (const sample of [one, two]) scene.publish(sample)
  const last = two.layers[1] ?? ''
  scene.serveEncrypted(last, two.blobs.get(last) ?? Buffer.of())
  const images = await scene.start()
  await images.download([one.item], noTrust, never)
  await images.install([one.item])
  return scene
}

async function update(scene: Scene) {
  const images = await scene.start()
  await images.download([two.item], noTrust, never)
  await images.install([two.item])
  return images
}

/** Records are lost to nobody, but nothing is written any more once the power is off. */
function poweredBy(files: FakeFiles): Database {
  const db = openDatabase(':memory:')
  const powered = <A extends readonly unknown[], R>(work: (...args: A) => R) => {
    return (...args: A): R => {
      if (!files.powered) throw new PowerCut('records: the power is off')
      return work(...args)
    }
  }
  return {
    exec: powered((sql) => db.exec(sql)),
    run: powered((sql, ...params) => db.run(sql, ...params)),
    get: powered((sql, ...params) => db.get(sql, ...params)),
    all: powered((sql, ...params) => db.all(sql, ...params)),
    transaction: (work) => db.transaction(work),
    close: () => db.close(),
  }
}

async function wrongBlobs(files: FakeFiles): Promise<string[]> {
  const names = await files.list(join(folder, 'blobs/sha256'))
  return names.filter((name) => {
    const bytes = files.peek(join(folder, 'blobs/sha256', name))
    return createHash('sha256').update(bytes).digest('hex') !== name
  })
}

describe('a power cut after any change of the disk', () => {
  it('leaves only whole, right blobs under their names, and the update goes on to its end', async () => {
    for (let step = 1, cut = true; cut; step += 1) {
      const files = new FakeFiles({ seed: step })
      const scene = await ready(files)
      files.cutPowerAfter(step)
      await update(scene).catch((error: unknown) => {
        if (files.powered) throw error
      })
      cut = !files.powered
      files.crash()
      expect(await wrongBlobs(files), `step ${step}`).toEqual([])
      const images = await update(scene)
      const states = images.statuses().map(said).toSorted()
      expect(states, `step ${step}`).toEqual(['web 1.0.0 removed', 'web 2.0.0 installed'])
      expect(await wrongBlobs(files), `step ${step}`).toEqual([])
      for (const digest of two.blobs.keys()) expect(await images.blobPath(digest), `step ${step}`).toBeDefined()
      expect(await files.list(join(folder, 'downloads')), `step ${step}`).toEqual([])
      expect(await files.list(join(folder, 'unverified')), `step ${step}`).toEqual([])
      if (!cut) expect(step).toBeGreaterThan(20)
    }
  })
})

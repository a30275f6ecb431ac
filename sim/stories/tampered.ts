import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isSha256 } from '@windlass/model'
import { nodeFiles } from '@windlass/platform'
import { openArchive } from '@windlass/trust/archive'
import { OperatorError } from '@windlass/wire/operator'
import { changeByte } from '../images/change-byte.ts'
import { line } from '../screen/line.ts'
import { digests } from './digests.ts'
import { makePackage, type Packed, publish } from './package.ts'
import { atRest } from './roll-out.ts'
import { hold, type Scene } from './scene.ts'
import type { Story } from './story.ts'

/** A place in a package where one byte is changed, and what must be noticed. */
interface Change {
  what: string
  entry: string
  at: number
  code: string
}

/** Somebody changes one byte of a signed package, checksums of the zip put right. Nobody takes it. */
export const tampered: Story = {
  title: 'Packages that were tampered with',
  async tell(scene) {
    const good = await makePackage('2.1', { uplink: true }, scene)
    const before = await digests(scene.layout)
    const changes = await changesOf(good)
    for (const change of changes) await tryOne(good, change, scene)
    hold('slots and boot environment, byte for byte', before, await digests(scene.layout))
    return {
      outcome: `${changes.length} of ${changes.length} refused, by fleet and device`,
      facts: ['both slots and the boot environment have the digests they had before'],
    }
  },
}

/** In the version that the metadata says, and in the middle of the image. */
async function changesOf({ version, file }: Packed): Promise<Change[]> {
  const archive = await openArchive(file, nodeFiles)
  const image = archive.names.reduce((largest, name) =>
    sizeIn(archive, name) > sizeIn(archive, largest) ? name : largest,
  )
  const middle = Math.floor(sizeIn(archive, image) / 2)
  const at = lastDigit(Buffer.from(archive.metadata).toString('latin1'), version)
  await archive.close()
  return [
    { what: 'the metadata', entry: 'metadata', at, code: 'signature_mismatch' },
    { what: 'the image', entry: image, at: middle, code: 'object_mismatch' },
  ]
}

/** Where the version ends that the metadata says. */
function lastDigit(metadata: string, version: string): number {
  const key = metadata.search(/"version"\s*:/)
  return metadata.indexOf(version, key) + version.length - 1
}

function sizeIn(archive: Awaited<ReturnType<typeof openArchive>>, name: string): number {
  return isSha256(name) ? (archive.locate(name)?.size ?? 0) : 0
}

async function tryOne(good: Packed, { what, entry, at, code }: Change, scene: Scene): Promise<void> {
  const file = join(scene.place.work, 'tampered.uhupkg')
  await copyFile(good.file, file)
  await changeByte(file, entry, at)
  scene.screen.line(line('operator', `somebody changed one byte of ${what} of ${good.version}`, 'odd'))
  const refusal = await refusalOf({ ...good, file }, scene)
  scene.screen.line(line('fleet', `refuses it: ${refusal.code}, ${refusal.message}`, 'odd'))
  hold('why the fleet refuses it', code, refusal.code)
  hold('why the device refuses it', code, await installOnDevice(file, scene))
  await rm(file)
}

async function refusalOf(bad: Packed, scene: Scene): Promise<OperatorError> {
  try {
    await publish(bad, scene)
  } catch (error) {
    if (error instanceof OperatorError) return error
    throw error
  }
  throw new Error('expected the fleet to refuse a package that was tampered with, and it took it')
}

/** Past the fleet, onto the device itself: `windlass device install`. The code with which the device refuses. */
async function installOnDevice(file: string, scene: Scene): Promise<unknown> {
  const refused = scene.news.next('the device to refuse the package', (happening) => {
    return happening.kind === 'logged' && happening.text === 'update failed' ? happening.fields['code'] : undefined
  })
  const rest = atRest(scene)
  scene.screen.line(line('operator', 'puts it onto the device itself'))
  hold('the device takes the order', true, await scene.agent.installFile(file))
  await rest
  return await refused
}

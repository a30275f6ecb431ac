import { createReadStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackageRecord } from '@windlass/wire/operator'
import { runWindlass } from '../children/front-door.ts'
import { description, makeRelease, type Release, removeRelease } from '../images/release.ts'
import type { Place } from '../place.ts'
import { line } from '../screen/line.ts'
import { bytesText, secondsText } from '../screen/quantities.ts'
import type { Scene } from './scene.ts'

/** A package file of the demo. */
export interface Packed {
  version: string
  file: string
  uid: string
  /** What it was packed from, for `windlass pack`. */
  description: string
}

type Making = Pick<
  Scene,
  'place' | 'layout' | 'product' | 'hardware' | 'images' | 'processes' | 'screen' | 'clock' | 'quit'
>

/** Makes the image and the tarball of a version, packs and signs them. `use` gets the files before they are removed. */
export async function makePackage(
  version: string,
  { uplink }: { uplink: boolean },
  scene: Making,
  use: (release: Release) => Promise<void> = remove(scene),
): Promise<Packed> {
  const { place, screen, clock, images, product, hardware, layout, processes, quit } = scene
  const started = clock.uptime()
  const release = await makeRelease(version, { uplink }, { kind: images, work: place.work })
  const text = join(place.work, `gateway-${version}.json`)
  await writeFile(text, JSON.stringify(description(release, product, hardware, layout), undefined, 2))
  const file = packageFile(place, version)
  const said = await runWindlass(processes, quit, 'pack', text, '--key', place.keys.private, '--out', file)
  await use(release)
  const { size } = await stat(file)
  const took = secondsText(clock.uptime() - started)
  screen.line(
    line('operator', `packs and signs ${version}: ${images.name} image and tarball, ${bytesText(size)} in ${took}`),
  )
  return { version, file, uid: uidOf(said), description: text }
}

export function packageFile(place: Place, version: string): string {
  return join(place.packages, `gateway-${version}.uhupkg`)
}

function remove({ place }: Making): (release: Release) => Promise<void> {
  return (release) => removeRelease(release, place.work)
}

function uidOf(said: unknown): string {
  return typeof said === 'object' && said !== null && 'packageUid' in said ? String(said.packageUid) : ''
}

/** Gives a package to the fleet. @throws OperatorError when the fleet refuses it */
export async function publish(
  { version, file }: Packed,
  { fleet, screen, clock, quit }: Scene,
): Promise<PackageRecord> {
  const started = clock.uptime()
  const { size } = await stat(file)
  const show = (doneBytes: number): void => {
    screen.progress('operator', {
      state: 'publish',
      doneBytes,
      totalBytes: size,
      bytesPerSecond: null,
      secondsLeft: null,
    })
  }
  const body = createReadStream(file, { highWaterMark: 256 * 1024 })
  const record = await fleet.uploadPackage({ body, progress: show, signal: quit })
  const took = secondsText(clock.uptime() - started)
  screen.line(line('operator', `publishes ${version}: uploaded and checked in ${took}`))
  return record
}

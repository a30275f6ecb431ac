import { chmod, copyFile, mkdir, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Release, systemBytes } from '../images/release.ts'
import { factoryEnvironment, formatEnvironment } from './boot-environment.ts'
import { type DeviceLayout, layoutOf, slotFiles } from './layout.ts'
import { type Identity, scripts } from './scripts.ts'
import { settingsFile } from './settings-file.ts'

export interface DeviceFacts extends Identity {
  folder: string
  /** PEM file of the key whose packages it takes. */
  publicKey: string
  server: string
  /** Where its agent listens: `localhost:8080`. */
  listen: string
  /** Sections of the agent's settings besides the usual ones. */
  settings?: string
}

/** A device as it leaves the factory: the first release in slot a, slot b blank. */
export async function makeDevice(facts: DeviceFacts, first: Release): Promise<DeviceLayout> {
  const layout = layoutOf(facts.folder)
  for (const folder of foldersOf(layout)) await mkdir(folder, { recursive: true })
  for (const [path, script] of Object.entries(scripts(layout, facts))) await writeScript(path, script)
  await copyFile(facts.publicKey, `${layout.metadata}/key.pub`)
  await writeFile(layout.settings, settingsFile(layout, facts.server, facts.listen, facts.settings))
  await writeFile(layout.bootEnvironment, formatEnvironment(factoryEnvironment))
  await copyFile(first.system, layout.slots.a.system)
  await copyFile(first.site, layout.slots.a.site)
  for (const path of [layout.slots.b.system, layout.slots.b.site]) await writeFile(path, '')
  await truncate(layout.slots.b.system, systemBytes)
  return layout
}

function foldersOf(layout: DeviceLayout): string[] {
  const files = [...slotFiles(layout), layout.records, layout.restartWanted]
  return [
    layout.programs,
    `${layout.metadata}/device-identity.d`,
    layout.downloads,
    ...files.map((file) => dirname(file)),
  ]
}

async function writeScript(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script.trimStart()}\n`)
  await chmod(path, 0o755)
}

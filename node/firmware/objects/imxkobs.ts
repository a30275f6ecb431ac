import type { ImxkobsObject } from '@windlass/model'
import { attribute } from './block-devices.ts'
import { explained } from './explained.ts'
import { flashIsSame } from './if-different.ts'
import { indexOf, requireUnusedMtd } from './mtd.ts'
import { withPayloadFile } from './payload-file.ts'
import type { Installed, Mode, ObjectPorts } from './port.ts'
import { requireTools, runTool } from './tools.ts'

const defaultChip = '/dev/mtd0'

/**
 * A boot stream for i.MX, written by Freescale's `kobs-ng` with the control blocks that the ROM looks for (updatehub.md
 * 5.3, 5.4). The program writes both of the chip's copies itself; it cannot be taken back.
 */
export const imxkobs: Mode<ImxkobsObject> = {
  check: (object, ports) =>
    explained(`boot stream ${object.filename}`, 'target_invalid', async () => {
      await requireTools(['kobs-ng'], ports)
      await requireUnusedChips(object, ports)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `boot stream ${object.filename}`,
      'install_failed',
      async (): Promise<Installed> => {
        await requireUnusedChips(object, ports)
        if (await isSame(object, ports)) return 'same'
        await withPayloadFile(object, payload, ports, progress, stop, (path) =>
          runTool({ command: 'kobs-ng', args: commandLine(object, path) }, ports, stop),
        )
        return 'installed'
      },
      stop,
    ),
}

function commandLine(object: ImxkobsObject, path: string): string[] {
  const { padding1k, searchExponent, chip0DevicePath, chip1DevicePath } = object
  return [
    'init',
    ...(padding1k ? ['-x'] : []),
    path,
    ...(searchExponent > 0 ? [`--search_exponent=${searchExponent}`] : []),
    ...(chip0DevicePath !== null ? [`--chip_0_device_path=${chip0DevicePath}`] : []),
    ...(chip1DevicePath !== null ? [`--chip_1_device_path=${chip1DevicePath}`] : []),
    '-v',
  ]
}

/** The condition is read from the first chip's read-only device. */
function isSame(object: ImxkobsObject, ports: ObjectPorts): Promise<boolean> {
  return flashIsSame(object, `${object.chip0DevicePath ?? defaultChip}ro`, null, ports)
}

async function requireUnusedChips(object: ImxkobsObject, ports: ObjectPorts): Promise<void> {
  const chips = [object.chip0DevicePath ?? defaultChip, object.chip1DevicePath]
  for (const path of chips) {
    const index = path === null ? undefined : indexOf(path)
    if (path === null || index === undefined) continue
    const name = (await attribute(ports.files, `/sys/class/mtd/mtd${index}/name`)) ?? ''
    await requireUnusedMtd({ index, name, path }, ports)
  }
}

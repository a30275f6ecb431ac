import type { FlashObject } from '@windlass/model'
import { explained } from './explained.ts'
import { heldBack } from './held-back.ts'
import { flashIsSame } from './if-different.ts'
import { type Mtd, requireMtd } from './mtd.ts'
import { withPayload } from './payload.ts'
import { withPayloadFile } from './payload-file.ts'
import type { Installed, Mode, ObjectPorts, Payload, Progress } from './port.ts'
import { noSpace } from './space.ts'
import { requireTools, runTool } from './tools.ts'

/**
 * An MTD device, erased and programmed (updatehub.md 5.3, 5.4). Erasing cannot be taken back: from then on until the end
 * the device holds nothing that boots, and a failure leaves it so until the object is installed again.
 */
export const flash: Mode<FlashObject> = {
  check: (object, ports) =>
    explained(`target ${object.target}`, 'target_invalid', async () => {
      await requireTools(['flash_erase', 'nandwrite', 'flashcp'], ports)
      await requireRoomOn(object, ports)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `flash onto ${object.target}`,
      'install_failed',
      async (): Promise<Installed> => {
        const mtd = await requireRoomOn(object, ports)
        if (await flashIsSame(object, mtd.path, object.size, ports)) return 'same'
        const write = mtd.kind === 'nand' ? writeNand : writeNor
        await write(object, mtd, payload, ports, progress, stop)
        return 'installed'
      },
      stop,
    ),
}

async function requireRoomOn(object: FlashObject, ports: ObjectPorts): Promise<Mtd> {
  const mtd = await requireMtd(object, ports)
  if (object.size > mtd.size) throw noSpace(object.filename, object.size, mtd.size, mtd.path)
  return mtd
}

type Write = (
  object: FlashObject,
  mtd: Mtd,
  payload: Payload,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
) => Promise<void>

/** `nandwrite` steps over bad blocks and takes a stream; its last page is filled up. */
const writeNand: Write = (object, mtd, payload, ports, progress, stop) =>
  withPayload(object, payload, ports, progress, stop, async (pieces) => {
    await erase(mtd, ports, stop)
    const input = heldBack(object, pieces)
    await runTool({ command: 'nandwrite', args: ['-p', mtd.path, '-'], input }, ports, stop)
  })

/** `flashcp` asks its file for its size, so it takes no stream; it reads back what it wrote. */
const writeNor: Write = (object, mtd, payload, ports, progress, stop) =>
  withPayloadFile(object, payload, ports, progress, stop, async (path) => {
    await erase(mtd, ports, stop)
    await runTool({ command: 'flashcp', args: [path, mtd.path] }, ports, stop)
  })

async function erase({ path }: Mtd, ports: ObjectPorts, stop: AbortSignal): Promise<void> {
  await runTool({ command: 'flash_erase', args: [path, '0', '0'] }, ports, stop)
}

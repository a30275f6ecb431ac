import type { TargetType } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { attribute, namesIn } from './block-devices.ts'
import type { ObjectPorts } from './port.ts'

/** A volume on a UBI device. `size`: bytes it can hold. */
export interface UbiVolume {
  path: string
  size: number
}

/**
 * Finds the UBI volume of an object and makes sure that nobody uses it (updatehub.md 5.2). `ubi0:rootfs` as a device means
 * that volume too.
 * @throws UpdateError `target_invalid`, `target_busy`
 */
export async function requireUbiVolume(
  object: { targetType: TargetType; target: string },
  ports: ObjectPorts,
): Promise<UbiVolume> {
  const { name, on } = volumeName(object)
  const devices = (await namesIn(ports.files, '/dev')).filter((file) => /^ubi\d+$/.test(file))
  for (const device of devices) {
    if (on !== undefined && device !== on) continue
    const id = await volumeId(device, name, ports)
    if (id === undefined) continue
    await requireUnused(device, id, name, ports)
    return { path: `/dev/${device}_${id}`, size: await capacityOf(`${device}_${id}`, ports) }
  }
  const where = devices.length > 0 ? devices.join(', ') : 'no UBI device'
  throw invalid(object.target, `expected a UBI volume of this name, found none on ${where}`)
}

function volumeName({ targetType, target }: { targetType: TargetType; target: string }) {
  if (targetType === 'ubivolume') return { name: target, on: undefined }
  const [, digits, name] = (targetType === 'device' && /^ubi(\d*):(.+)$/.exec(target)) || []
  if (name === undefined) throw invalid(target, `expected target-type ubivolume, got ${targetType}`)
  return { name, on: `ubi${digits === '' ? 0 : digits}` }
}

/** The first line that ubinfo prints is `Volume ID:   1 (on ubi0)`. */
async function volumeId(device: string, name: string, { processes }: ObjectPorts): Promise<string | undefined> {
  const how = await processes.run({ command: 'ubinfo', args: [`/dev/${device}`, '-N', name] })
  return how.code === 0 ? /^Volume ID:\s+(\d+)\b/.exec(how.stdout)?.[1] : undefined
}

async function requireUnused(device: string, id: string, name: string, ports: ObjectPorts): Promise<void> {
  const volume = `${device}_${id}`
  const sources = new Set([volume, `/dev/${volume}`, `/dev/ubiblock${volume.slice(3)}`])
  // As mount(8) takes them for UBIFS; without a number, device 0 is meant.
  for (const on of device === 'ubi0' ? ['ubi', device] : [device]) {
    sources.add(`${on}:${name}`).add(`${on}!${name}`).add(`${on}_${id}`)
  }
  const block = await attribute(ports.files, `/sys/class/block/ubiblock${volume.slice(3)}/dev`)
  const mount = (await ports.mounts.list()).find((one) => sources.has(one.source) || one.device === block)
  if (mount) throw new UpdateError('target_busy', `target ${name} (${volume}): in use, mounted on ${mount.folder}`)
}

/** `data_bytes` would be what a static volume holds at present. */
async function capacityOf(volume: string, { files }: ObjectPorts): Promise<number> {
  const [blocks, bytes] = await Promise.all(
    ['reserved_ebs', 'usable_eb_size'].map((name) => attribute(files, `/sys/class/ubi/${volume}/${name}`)),
  )
  if (blocks === undefined || bytes === undefined) throw invalid(volume, 'expected its size in /sys/class/ubi')
  return Number(blocks) * Number(bytes)
}

function invalid(target: string, why: string): UpdateError {
  return new UpdateError('target_invalid', `target ${target}: ${why}`)
}

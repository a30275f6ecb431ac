import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttemptRecord } from '@windlass/wire/operator'
import { type Device, makeDevice } from './device.ts'
import { openFleet, type TestFleet } from './fleet.ts'
import type { DescribedObject } from './image/package-file.ts'
import type { Kind } from './image/release.ts'
import type { Board } from './machine/board.ts'
import type { Machine } from './machine/qemu.ts'
import { openWorkshop } from './workshop.ts'

const bootMs = 300_000
const updateMs = 600_000
const probeMs = 150_000

/** A fleet, and a device of this board that runs release 1.0 and is on. */
export interface Bench {
  fleet: TestFleet
  device: Device
  machine: Machine
  /** Rolls a release out. @returns how the fleet saw it end, once the device is at rest again */
  rollOut(version: string, kind: Kind): Promise<AttemptRecord>
  /** Rolls out a package of other objects. Resolves when the device has been told to look. */
  install(version: string, objects: readonly DescribedObject[]): Promise<void>
  close(): Promise<void>
}

/** `seen`: is told every line of the console. When `quit` fires the plug is pulled, at which all that waits fails. */
export async function openBench(
  board: Board,
  seen: (line: string) => void = () => undefined,
  quit: AbortSignal = new AbortController().signal,
): Promise<Bench> {
  const workshop = await openWorkshop(board)
  const folder = await mkdtemp(join(tmpdir(), 'windlass-qemu-'))
  const fleet = await openFleet(join(folder, 'fleet'), workshop.publicKey)
  const device = await makeDevice(board, join(folder, 'device'), await workshop.release('1.0', 'good'), fleet.port)
  const machine = await device.start()
  machine.watch(seen)
  if (quit.aborted) void machine.cut()
  quit.addEventListener('abort', () => void machine.cut())
  const close = async () => {
    await machine.cut()
    await fleet.stop()
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  try {
    await machine.until('the agent to start', /"agent started".*"version":"1.0"/, bootMs)
  } catch (error) {
    await close()
    throw error
  }
  const offer = async (file: string) => {
    const record = await fleet.publish({ file })
    const { id } = await fleet.client.startRollout({ package: record.uid, to: { product: record.product } })
    return { record, rollout: id }
  }
  return {
    fleet,
    device,
    machine,
    close,
    async rollOut(version, kind) {
      const { record, rollout } = await offer((await workshop.release(version, kind)).file)
      const told = machine.until('the end of the update', /"update (confirmed|failed)"/, updateMs)
      await device.agent.probe()
      await told
      await fleet.client.abortRollout(rollout)
      // By the version that the next probe names the fleet knows what runs.
      const probed = machine.until('a probe after the update', /"from":"probe","on":"none"/, probeMs)
      await device.agent.probe().catch(() => undefined)
      await probed
      return fleet.ended(record, probeMs)
    },
    async install(version, objects) {
      await offer(await workshop.pack(version, objects))
      await device.agent.probe()
    },
  }
}

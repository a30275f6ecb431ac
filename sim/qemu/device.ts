import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../children/free-port.ts'
import { type AgentClient, agentClient } from '../device/agent-client.ts'
import { makeDisk } from './disk/make-disk.ts'
import { deviceSettings } from './disk/settings.ts'
import { type Board, commonArgs, type Disk } from './machine/board.ts'
import { type Machine, startMachine } from './machine/qemu.ts'
import type { Release } from './workshop.ts'

/** A device in a folder of its own: a disk, and a machine that can be switched on over and over. */
export interface Device {
  disk: string
  agent: AgentClient
  log: string
  /** `disk`: default: its file. */
  start(disk?: Disk): Promise<Machine>
}

/** A device as it leaves the factory: the first release in slot a, slot b blank. */
export async function makeDevice(board: Board, folder: string, first: Release, fleetPort: number): Promise<Device> {
  await mkdir(folder, { recursive: true })
  const disk = join(folder, 'disk.img')
  const settings = deviceSettings(board.bootControl, fleetPort)
  const data = { ...board.data, ...first.data, 'etc/updatehub.conf': settings, 'etc/serial': 'serial=QEMU-0001\n' }
  await makeDisk(disk, { ...board.disk, slotA: first.image, data })
  const port = await freePort(0)
  const log = join(folder, 'console.log')
  return {
    disk,
    log,
    agent: agentClient(`http://127.0.0.1:${port}`),
    async start(from = { file: disk }) {
      const args = [...(await board.args(from, folder)), ...commonArgs(port)]
      return startMachine({ program: board.program, args, log })
    },
  }
}

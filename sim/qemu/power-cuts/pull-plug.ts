import type { Random } from '@windlass/platform'
import type { Device } from '../device.ts'
import { serveDisk } from '../disk-server/nbd.ts'
import { type Cut, volatileDisk } from '../disk-server/volatile-disk.ts'
import type { Machine } from '../machine/qemu.ts'
import { lineOf, type Moment, patienceMs } from './moment.ts'

/** A machine whose plug is pulled at a moment, if that comes. */
export interface DoomedMachine {
  machine: Machine
  /** What the cut left; resolves once the machine is gone. */
  pulled: Promise<Cut & { why: 'counted' | 'late' | 'asked' }>
  /** Pulls the plug now. */
  pull(): void
}

/** Switches the device on, with its disk behind a cache that a cut loses. Without a moment the plug stays in until `pull`. */
export async function startDoomed(device: Device, moment: Moment | undefined, random: Random): Promise<DoomedMachine> {
  const disk = volatileDisk(device.disk)
  const gone = Promise.withResolvers<'counted' | 'late' | 'asked'>()
  let counting = false
  let commands = 0
  const count = (): void => {
    if (counting) return
    counting = true
    setTimeout(() => gone.resolve('late'), patienceMs).unref()
  }
  const server = await serveDisk(disk, `${device.disk}.socket`, () => {
    if (!counting || !moment || commands++ !== moment.commands) return 'on'
    gone.resolve('counted')
    return 'off'
  })
  const machine = await device.start({ socket: server.socket })
  const mark = moment && lineOf(moment.after)
  if (moment && !mark) count()
  machine.watch((line) => {
    if (mark?.test(line)) count()
  })
  const share = random.next()
  const pulled = gone.promise.then(async (why) => {
    await Promise.all([server.close(), machine.cut()])
    const cut = disk.cut(() => random.next() < share)
    disk.close()
    return { ...cut, why }
  })
  return { machine, pulled, pull: () => gone.resolve('asked') }
}

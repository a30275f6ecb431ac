import type { Random } from '@windlass/platform'
import type { Device } from '../device.ts'
import { serveDisk } from '../disk-server/nbd.ts'
import { type Cut, volatileDisk } from '../disk-server/volatile-disk.ts'
import type { Machine } from '../machine/qemu.ts'
import { lineOf, type Moment } from './moment.ts'
import { type Place, patienceMs, switchedOn } from './place.ts'

const lookEveryMs = 500

/** A machine whose plug is pulled at a moment, if that comes. */
export interface DoomedMachine {
  machine: Machine
  place: Place
  /** What the cut left; resolves once the machine is gone. */
  pulled: Promise<Pulled>
  /** Pulls the plug now. */
  pull(): void
}

/** What the cut left, and where the device was. `came`: commands of the moment, where not all of them came. */
export type Pulled = Cut & { at: string; came: number | undefined }

/** Switches the device on, with its disk behind a cache that a cut loses. Without a moment the plug stays in until `pull`. */
export async function startDoomed(device: Device, moment: Moment | undefined, random: Random): Promise<DoomedMachine> {
  const disk = volatileDisk(device.disk)
  const place = switchedOn()
  const gone = Promise.withResolvers<{ at: string; came: number | undefined }>()
  const pull = (came?: number): void => gone.resolve({ at: place.name, came })
  const mark = moment && lineOf(moment.after)
  let counting = moment !== undefined && !mark
  let commands = 0
  let last = Date.now()
  const quiet = setInterval(() => {
    if (counting && Date.now() - last > patienceMs(place)) pull(commands)
  }, lookEveryMs).unref()
  const server = await serveDisk(disk, `${device.disk}.socket`, () => {
    last = Date.now()
    if (!counting || commands++ !== moment?.commands) return 'on'
    pull()
    return 'off'
  })
  const machine = await device.start({ socket: server.socket })
  machine.watch((line) => {
    place.hear(line)
    if (counting || !mark?.test(line)) return
    counting = true
    last = Date.now()
  })
  const share = random.next()
  const pulled = gone.promise.then(async (how) => {
    clearInterval(quiet)
    await Promise.all([server.close(), machine.cut()])
    const cut = disk.cut(() => random.next() < share)
    disk.close()
    return { ...cut, ...how }
  })
  return { machine, place, pulled, pull }
}

import { once } from 'node:events'
import { systemClock } from '@windlass/platform'
import { endOnSignals, Interrupted } from '../children/signals.ts'
import { DemoError } from '../demo-error.ts'
import { readConsole } from '../device/console.ts'
import type { Options } from '../options.ts'
import { type Line, line } from '../screen/line.ts'
import { Narrator } from '../screen/narrator.ts'
import type { Screen } from '../screen/screen.ts'
import { hold } from '../stories/scene.ts'
import { type Bench, openBench } from './bench.ts'
import type { Kind } from './image/release.ts'
import { pc } from './machine/pc.ts'
import { lacking } from './tools.ts'

const interruptedCode = 130

const stories: readonly { title: string; version: string; kind: Kind; ends: string }[] = [
  { title: 'An update that works', version: '2.0', kind: 'good', ends: 'updated' },
  { title: 'An update whose kernel panics', version: '3.0', kind: 'panics', ends: 'rolled_back' },
  {
    title: 'An update that hangs: the watchdog resets the machine',
    version: '4.0',
    kind: 'hangs',
    ends: 'rolled_back',
  },
  { title: 'An update whose service is sick', version: '5.0', kind: 'sick', ends: 'rolled_back' },
]

/** `windlass up --qemu`: a fleet, a whole device in a virtual machine, and four updates. Resolves to the exit code. */
export async function upQemu({ once: ends }: Options, screen: Screen): Promise<number> {
  const lacks = await lacking('grub')
  if (lacks) throw new DemoError('child_failed', `expected all that a device in QEMU is made with${lacks}`)
  const quit = new AbortController()
  const unheed = endOnSignals(quit, async () => undefined)
  screen.heading('Windlass: a fleet server, and a whole device in QEMU')
  screen.line(line('demo', 'builds the first release and a disk; the first time that takes some minutes'))
  const narrator = new Narrator(() => systemClock.uptime())
  const tell = (lines: readonly Line[]) => lines.forEach((said) => screen.line(said))
  const opening = openBench(pc, (text) => tell(linesOf(text, narrator)), quit.signal)
  try {
    const left = once(quit.signal, 'abort')
    await Promise.race([opening.then((bench) => play(bench, screen, narrator, quit.signal)), left])
    if (!ends && !quit.signal.aborted) await stayUp(await opening, screen, quit.signal)
    return quit.signal.aborted && ends ? interruptedCode : 0
  } finally {
    quit.abort(new Interrupted('the demo is over'))
    await (await opening.catch(() => undefined))?.close()
    screen.line(line('demo', 'device, fleet and database are down'))
    unheed()
  }
}

/** What the console says of the agent is JSON after the journal's own words; the rest is the machine's. */
function linesOf(text: string, narrator: Narrator): Line[] {
  const happening = readConsole(text.slice(text.indexOf('{')))
  if (happening) return narrator.lines(happening)
  if (text.includes('Kernel panic')) return [line('machine', 'kernel panic', 'bad')]
  if (text.startsWith('init hangs')) return [line('machine', 'hangs, and nobody feeds the watchdog', 'bad')]
  return text.includes('Restarting system') ? narrator.lines({ kind: 'going_down' }) : []
}

async function play(bench: Bench, screen: Screen, narrator: Narrator, quit: AbortSignal): Promise<void> {
  void follow(bench, screen, narrator, quit).catch(() => undefined)
  for (const [i, { title, version, kind, ends }] of stories.entries()) {
    quit.throwIfAborted()
    screen.heading(`${i + 1}  ${title}`)
    const { state, reason } = await bench.rollOut(version, kind)
    hold('how the fleet saw it end', ends, state)
    const runs = await bench.fleet.deviceVersion()
    hold('what the device runs', '2.0', runs)
    screen.line(
      line(
        'demo',
        `holds: the fleet says ${state}${reason === null ? '' : `, because ${reason}`}; runs ${runs}`,
        'good',
      ),
    )
  }
}

async function follow({ fleet }: Bench, screen: Screen, narrator: Narrator, quit: AbortSignal): Promise<void> {
  for await (const event of fleet.client.events(quit))
    for (const said of narrator.lines({ kind: 'fleet', event })) screen.line(said)
}

async function stayUp({ fleet, device }: Bench, screen: Screen, quit: AbortSignal): Promise<void> {
  const addresses = { fleet: `http://127.0.0.1:${fleet.port}`, console: device.log }
  screen.page(
    `Everything stays up: the fleet at ${addresses.fleet}, the device's console in ${device.log}.\nCtrl-C ends it all.`,
    addresses,
  )
  if (!quit.aborted) await once(quit, 'abort')
}

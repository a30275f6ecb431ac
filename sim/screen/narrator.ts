import { agentDiagram } from '@windlass/firmware'
import type { FleetEvent } from '@windlass/wire/operator'
import type { Happening, Progress } from '../happenings.ts'
import { type Line, line } from './line.ts'
import { bytesText, secondsText } from './quantities.ts'

/** What the agent does in each of its states, in a few words. */
const meanings: Readonly<Record<string, string>> = {
  entry_point: 'a cycle begins',
  park: 'waits for orders',
  poll: 'waits for the next poll',
  probe: 'asks the fleet',
  validation: 'checks signature, product, hardware, targets',
  download: 'fetches the objects',
  waiting: 'waits for a link that costs nothing',
  staged: 'all is here and holds; nothing was written yet',
  install: 'writes into the spare slot',
  reboot: 'asks for a restart',
  trying: 'is the new system fit to stay?',
  reverting: 'back to the system before',
  error: 'gives up, and says why',
  direct_download: 'fetches a package',
  prepare_local_install: 'opens a package',
}

const states = Object.keys(agentDiagram.diagram) as (keyof typeof agentDiagram.diagram)[]

/** Tells what happens, one line for each thing. `uptime` in milliseconds. */
export class Narrator {
  readonly #uptime: () => number
  #last: { progress: Progress; since: number } | undefined
  #state: string | undefined

  constructor(uptime: () => number) {
    this.#uptime = uptime
  }

  lines(happening: Happening): Line[] {
    switch (happening.kind) {
      case 'booted':
        return [bootLine(happening)]
      case 'not_bootable':
        return [line('machine', `slot ${happening.slot} does not start: ${happening.why}`, 'bad')]
      case 'going_down':
        return [line('machine', 'goes down for a restart')]
      case 'agent_ended':
        return [line('machine', `the agent ended by itself (${happening.how}); the watchdog resets the device`, 'bad')]
      case 'moved':
        return this.#moved(happening)
      case 'logged':
        return happening.text === 'agent started' ? this.#started(happening.fields['version']) : logLines(happening)
      case 'progress':
        this.#last = { since: this.#uptime(), ...this.#last, progress: happening.progress }
        return []
      case 'fleet':
        return fleetLines(happening.event)
    }
  }

  #moved({ on, to }: Extract<Happening, { kind: 'moved' }>): Line[] {
    this.#state = to
    const verdict = on === 'confirmed' ? [line('device', 'update confirmed: this slot stays', 'good')] : []
    return [...this.#done(), ...verdict, stateLine(to, on)]
  }

  /** Where a restart led is an arrow of the agent's machine too, but one that nobody was there to tell. */
  #started(version: unknown): Line[] {
    const before = states.find((name) => name === this.#state)
    const now = before && agentDiagram.diagram[before].boot
    this.#state = now ?? this.#state
    const up = line('device', `agent up, system ${String(version)}`)
    return now === undefined || now === 'entry_point' ? [up] : [up, stateLine(now, 'boot')]
  }

  /** What the state that is left took. */
  #done(): Line[] {
    if (!this.#last) return []
    const { progress, since } = this.#last
    this.#last = undefined
    const ms = this.#uptime() - since
    return [line('device', state(progress.state, `${bytesText(progress.totalBytes)} in ${secondsText(ms)}`))]
  }
}

function bootLine({ slot, trial, fellBack }: Extract<Happening, { kind: 'booted' }>): Line {
  if (fellBack) return line('machine', `the other slot was never confirmed: back to slot ${slot}`, 'odd')
  return line('machine', `boots slot ${slot}${trial ? `, on trial (start ${trial.start} of ${trial.of})` : ''}`)
}

function stateLine(name: string, on: string): Line {
  if (name === 'validation' && on === 'fetched') return line('device', state(name, 'checks every object by its digest'))
  return line('device', state(name, meanings[name] ?? ''), name === 'entry_point' ? 'quiet' : 'plain')
}

function logLines({ level, text, fields }: Extract<Happening, { kind: 'logged' }>): Line[] {
  if (text === 'no update available') return [line('device', 'nothing for me')]
  if (text === 'update failed') {
    return [line('device', state('failed', `${String(fields['code'])}: ${String(fields['why'])}`), 'odd')]
  }
  if (level !== 'error' && level !== 'warning') return []
  return [line('device', typeof fields['why'] === 'string' ? `${text}: ${fields['why']}` : text, 'odd')]
}

function fleetLines(event: FleetEvent): Line[] {
  if (event.kind === 'report') return [line('fleet', `hears: ${event.status}`, 'quiet')]
  if (event.kind === 'device' && event.change === 'registered') {
    return [line('fleet', `a new device, running ${event.version}`)]
  }
  if (event.kind !== 'attempt') return []
  const to = event.version ?? event.package.slice(0, 12)
  if (event.state === 'updated') return [line('fleet', `the device is updated to ${to}`, 'good')]
  if (event.state === 'failed')
    return [line('fleet', `the update to ${to} failed: ${event.reason ?? 'no reason'}`, 'odd')]
  if (event.state !== 'rolled_back') return []
  return [line('fleet', `the update to ${to} was rolled back: ${event.reason ?? 'no reason'}`, 'odd')]
}

function state(name: string, text: string): string {
  return `${name.padEnd(11)}  ${text}`
}

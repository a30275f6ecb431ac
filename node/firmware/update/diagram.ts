import { draw, type EventOf, type InState, type StateOf } from '@windlass/machine'
import { facts } from './facts.ts'

/** The API's requests, which every preemptive state obeys (updatehub.md 1.3). */
const requests = { ask_probe: 'probe', install_file: 'prepare_local_install', install_url: 'direct_download' } as const

/**
 * The device agent's machine: UpdateHub's eleven states by their names (updatehub.md 2.5), and four it lacks.
 * `waiting`: something is to be fetched, a link that costs nothing is awaited. `staged`: all is checked, the commander's
 * word is awaited. `trying`: the new set runs and has to prove itself. `reverting`: back to the set before.
 */
export const agent = draw({
  version: 1,
  start: 'entry_point',
  diagram: {
    entry_point: { trial: 'trying', forced: 'probe', idle: 'park', polling: 'poll', ...requests, boot: 'entry_point' },
    park: { ...requests, boot: 'entry_point' },
    poll: { due: 'probe', ...requests, boot: 'entry_point' },
    probe: {
      offered: 'validation',
      none: 'entry_point',
      wait: 'entry_point',
      again: 'probe',
      cancelled: 'entry_point',
      failed: 'entry_point',
      ...requests,
      boot: 'entry_point',
    },
    validation: {
      missing: 'download',
      ready: 'staged',
      known: 'entry_point',
      unproven: 'entry_point',
      failed: 'error',
      ...requests,
      boot: 'validation',
    },
    download: {
      fetched: 'validation',
      metered: 'waiting',
      cancelled: 'entry_point',
      abort: 'entry_point',
      failed: 'error',
      boot: 'download',
    },
    waiting: {
      free: 'download',
      offered: 'validation',
      withdrawn: 'entry_point',
      abort: 'entry_point',
      failed: 'error',
      ...requests,
      boot: 'waiting',
    },
    staged: {
      go: 'install',
      offered: 'validation',
      withdrawn: 'entry_point',
      unproven: 'entry_point',
      abort: 'entry_point',
      failed: 'error',
      boot: 'staged',
    },
    install: {
      installed: 'reboot',
      cancelled: 'entry_point',
      switched: 'trying',
      unproven: 'entry_point',
      failed: 'error',
      boot: 'install',
    },
    reboot: { ordered: 'reboot', overdue: 'error', cancelled: 'entry_point', failed: 'error', boot: 'trying' },
    trying: { confirmed: 'entry_point', failed: 'reverting', not_restarted: 'reboot', again: 'trying', boot: 'trying' },
    reverting: {
      ordered: 'reverting',
      not_restarted: 'reverting',
      again: 'reverting',
      reverted: 'error',
      boot: 'reverting',
    },
    error: { told: 'entry_point', trial: 'trying', again: 'error', boot: 'error' },
    direct_download: { saved: 'prepare_local_install', abort: 'entry_point', failed: 'error', boot: 'direct_download' },
    prepare_local_install: {
      offered: 'validation',
      cancelled: 'entry_point',
      failed: 'error',
      boot: 'prepare_local_install',
    },
  },
  facts,
  keeps: {
    entry_point: [],
    park: [],
    poll: [],
    probe: ['asked'],
    validation: ['offer'],
    download: ['offer'],
    waiting: ['offer'],
    staged: ['offer', 'target'],
    install: ['offer', 'target', 'life'],
    reboot: ['uid', 'target', 'life', 'ordered'],
    trying: ['uid', 'target', 'life', 'ordered'],
    reverting: ['uid', 'target', 'life', 'ordered', 'trouble'],
    error: ['uid', 'trouble'],
    direct_download: ['source'],
    prepare_local_install: ['source'],
  },
  brings: {
    trial: ['uid', 'target', 'life', 'ordered'],
    forced: ['asked'],
    idle: [],
    polling: [],
    due: ['asked'],
    offered: ['offer'],
    none: [],
    wait: ['seconds'],
    again: [],
    cancelled: [],
    failed: ['uid', 'trouble', 'life', 'ordered'],
    missing: [],
    ready: ['target'],
    known: [],
    unproven: [],
    fetched: [],
    metered: [],
    free: [],
    withdrawn: [],
    saved: ['source'],
    go: ['life'],
    installed: ['uid', 'life', 'ordered'],
    switched: ['uid', 'ordered'],
    ordered: ['life', 'ordered'],
    overdue: ['trouble'],
    confirmed: [],
    not_restarted: ['life', 'ordered'],
    reverted: [],
    told: [],
    ask_probe: ['asked'],
    install_file: ['source'],
    install_url: ['source'],
    abort: [],
    boot: [],
  },
  orders: ['ask_probe', 'install_file', 'install_url', 'abort'],
  // Whoever waits for days may be offered one package after the other.
  rests: ['park', 'poll', 'waiting', 'staged'],
})

export type Agent = typeof agent
export type StateName = keyof Agent['diagram']
export type AgentState = StateOf<Agent>
export type AgentEvent = EventOf<Agent>
export type In<A extends StateName> = InState<Agent, A>

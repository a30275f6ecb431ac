import { draw, type EventOf, type InState, type OrderOf, type StateOf } from '@windlass/machine'
import { facts } from './facts.ts'

/** A newer desired state is taken note of first and judged in `none`; what it replaces stops at once. */
const newer = { desired: 'none' } as const
const always = ['installed', 'refused', 'next', 'before', 'errors'] as const
const update = [...always, 'desired', 'legs', 'expires', 'sotaTriggered', 'fotaTriggered'] as const

/**
 * The unit's update manager: the states and stored names of aoscore.md 2.1.1, a gate in `pending` (2.3), and `reverting`,
 * which AosCore lacks: until `finalizing` every way out leads back to what the unit was before. `before` is null while no
 * node has been touched. `finalizing` and `reverting` cannot be cancelled: a newer desired state waits in `next`. `lost`: a
 * node fell back to its old firmware by itself before it was told to keep the new one; that is no way on either.
 * `refuse`: what is asked for failed here before, and what it replaced is half-done.
 * `given_up` is upstream's way out, for units that are to converge instead of coming back.
 */
export const updateManager = draw({
  version: 1,
  start: 'none',
  diagram: {
    none: { ...newer, begin: 'downloading', skip: 'none', refuse: 'reverting', forget: 'none', boot: 'none' },
    downloading: {
      ...newer,
      fetched: 'pending',
      failed: 'none',
      undo: 'reverting',
      expired: 'none',
      boot: 'downloading',
    },
    pending: {
      ...newer,
      open: 'installing',
      start_sota: 'pending',
      start_fota: 'pending',
      reschedule: 'pending',
      over: 'pending',
      expired: 'none',
      failed: 'none',
      undo: 'reverting',
      boot: 'pending',
    },
    installing: { ...newer, installed: 'launching', failed: 'reverting', given_up: 'none', boot: 'installing' },
    launching: { ...newer, launched: 'activating', failed: 'reverting', given_up: 'none', boot: 'launching' },
    activating: { ...newer, active: 'finalizing', failed: 'reverting', given_up: 'none', boot: 'activating' },
    finalizing: {
      desired: 'finalizing',
      confirmed: 'none',
      more: 'pending',
      failed: 'finalizing',
      lost: 'reverting',
      boot: 'finalizing',
    },
    reverting: { desired: 'reverting', reverted: 'none', failed: 'reverting', boot: 'reverting' },
  },
  facts,
  keeps: {
    none: always,
    downloading: update,
    pending: update,
    installing: update,
    launching: update,
    activating: [...update, 'deadlineMs'],
    finalizing: update,
    reverting: [...update, 'during'],
  },
  brings: {
    desired: ['next'],
    begin: ['desired', 'next', 'legs', 'expires', 'errors', 'sotaTriggered', 'fotaTriggered'],
    skip: ['next', 'errors'],
    refuse: ['desired', 'next', 'legs', 'expires', 'errors', 'sotaTriggered', 'fotaTriggered', 'during'],
    forget: ['refused'],
    fetched: ['errors'],
    failed: ['errors', 'during'],
    undo: ['errors', 'during'],
    lost: ['errors', 'during'],
    given_up: ['before', 'errors'],
    expired: ['errors'],
    open: ['legs', 'before', 'errors'],
    start_sota: ['sotaTriggered'],
    start_fota: ['fotaTriggered'],
    reschedule: ['desired'],
    over: ['legs', 'errors'],
    installed: [],
    launched: ['deadlineMs'],
    active: [],
    confirmed: ['installed', 'before', 'errors'],
    more: ['installed', 'before', 'legs'],
    reverted: ['before', 'refused'],
    boot: [],
  },
  orders: ['desired', 'start_sota', 'start_fota', 'reschedule', 'forget'],
  rests: ['none', 'pending'],
})

export type UpdateManager = typeof updateManager
export type UpdateState = StateOf<UpdateManager>
export type UpdateEvent = EventOf<UpdateManager>
export type UpdateOrder = OrderOf<UpdateManager>
export type In<A extends UpdateState['at']> = InState<UpdateManager, A>

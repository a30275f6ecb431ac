import type { Page } from '../common.ts'
import { operatorPaths } from '../paths.ts'
import {
  type UnitRolloutDetail,
  type UnitRolloutForecast,
  type UnitRolloutOrder,
  type UnitRolloutRecord,
  unitRolloutDetail,
  unitRolloutForecast,
  unitRolloutList,
  unitRolloutRecord,
} from '../unit-rollout.ts'
import { ask, keyedBy, type Send, search } from './send.ts'

/** Rollouts of releases. */
export interface UnitRolloutCalls {
  /** `key` as in `startRollout`. */
  startUnitRollout(order: UnitRolloutOrder, key?: string): Promise<UnitRolloutRecord>
  /** What the order would do; starts nothing. */
  forecastUnitRollout(order: UnitRolloutOrder): Promise<UnitRolloutForecast>
  unitRollouts(): Promise<UnitRolloutRecord[]>
  unitRollout(id: number, page?: Page): Promise<UnitRolloutDetail>
  pauseUnitRollout(id: number, reason?: string): Promise<UnitRolloutRecord>
  resumeUnitRollout(id: number): Promise<UnitRolloutRecord>
  abortUnitRollout(id: number): Promise<UnitRolloutRecord>
  approveUnitRollout(id: number, by: string): Promise<UnitRolloutRecord>
  /** Aborts it, and gives its units what they were to run before. */
  takeBackUnitRollout(id: number): Promise<UnitRolloutRecord>
}

export function unitRolloutCalls(send: Send): UnitRolloutCalls {
  const paths = operatorPaths
  const change = (path: string, body?: object) => ask(send, unitRolloutRecord, 'POST', path, body)
  return {
    startUnitRollout: (order, key) => ask(send, unitRolloutRecord, 'POST', paths.unitRollouts, order, keyedBy(key)),
    forecastUnitRollout: (order) => ask(send, unitRolloutForecast, 'POST', paths.forecastUnitRollout, order),
    unitRollouts: async () => (await ask(send, unitRolloutList, 'GET', paths.unitRollouts)).rollouts,
    unitRollout: (id, page) => ask(send, unitRolloutDetail, 'GET', paths.unitRollout(id) + search(page)),
    pauseUnitRollout: (id, reason) => change(paths.pauseUnitRollout(id), { reason }),
    resumeUnitRollout: (id) => change(paths.resumeUnitRollout(id)),
    abortUnitRollout: (id) => change(paths.abortUnitRollout(id)),
    approveUnitRollout: (id, by) => change(paths.approveUnitRollout(id), { by }),
    takeBackUnitRollout: (id) => change(paths.takeBackUnitRollout(id)),
  }
}

import type { Page } from '../common.ts'
import { operatorPaths } from '../paths.ts'
import {
  type RolledBack,
  type RolloutDetail,
  type RolloutForecast,
  type RolloutOrder,
  type RolloutRecord,
  rolledBack,
  rolloutDetail,
  rolloutForecast,
  rolloutList,
  rolloutRecord,
} from '../rollout.ts'
import { ask, keyedBy, type Send, search } from './send.ts'

/** Rollouts of packages. */
export interface RolloutCalls {
  /** `key`: the same order under the same key is not started twice. */
  startRollout(order: RolloutOrder, key?: string): Promise<RolloutRecord>
  rollouts(): Promise<RolloutRecord[]>
  rollout(id: number, page?: Page): Promise<RolloutDetail>
  pauseRollout(id: number, reason?: string): Promise<RolloutRecord>
  resumeRollout(id: number): Promise<RolloutRecord>
  abortRollout(id: number): Promise<RolloutRecord>
  /** What the order would do now; nothing is started. */
  forecastRollout(order: RolloutOrder): Promise<RolloutForecast>
  /** Aborts the rollout and gives its devices what they ran before. */
  rollBack(id: number): Promise<RolledBack>
  /** `by`: one of those whose yes the open phase waits for. */
  approveRollout(id: number, by: string): Promise<RolloutRecord>
}

export function rolloutCalls(send: Send): RolloutCalls {
  const paths = operatorPaths
  return {
    startRollout: (order, key) => ask(send, rolloutRecord, 'POST', paths.rollouts, order, keyedBy(key)),
    rollouts: async () => (await ask(send, rolloutList, 'GET', paths.rollouts)).rollouts,
    rollout: (id, page) => ask(send, rolloutDetail, 'GET', paths.rollout(id) + search(page)),
    pauseRollout: (id, reason) => ask(send, rolloutRecord, 'POST', paths.pauseRollout(id), { reason }),
    resumeRollout: (id) => ask(send, rolloutRecord, 'POST', paths.resumeRollout(id)),
    abortRollout: (id) => ask(send, rolloutRecord, 'POST', paths.abortRollout(id)),
    forecastRollout: (order) => ask(send, rolloutForecast, 'POST', paths.forecastRollout, order),
    rollBack: (id) => ask(send, rolledBack, 'POST', paths.rollBack(id)),
    approveRollout: (id, by) => ask(send, rolloutRecord, 'POST', paths.approveRollout(id), { by }),
  }
}

import table from '@windlass/model/agent-table' with { type: 'json' }
import type { ReportRecord } from '@windlass/wire/operator'

export type AgentState = keyof typeof table.diagram
export const agentStates = Object.keys(table.diagram) as AgentState[]

/** Where a report puts the agent. Between two updates it polls; servers are not told more of it. */
const byReport: Readonly<Record<string, AgentState>> = {
  downloading: 'download',
  downloaded: 'validation',
  installing: 'install',
  installed: 'reboot',
  rebooting: 'reboot',
  error: 'error',
}

export function stateOfStatus(status: string): AgentState {
  return byReport[status] ?? 'poll'
}

/** The states that the last package led the device through, by its reports; `history` is newest first. */
export function passedThrough(history: readonly ReportRecord[]): Set<AgentState> {
  const last = history[0]?.package
  const states = history.filter((one) => one.package === last && !one.concluded).map(({ status }) => byReport[status])
  return new Set(states.filter((state) => state !== undefined))
}

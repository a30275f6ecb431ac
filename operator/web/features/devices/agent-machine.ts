import table from '@windlass/model/agent-table' with { type: 'json' }
import { arrowsOf, type Machine } from '../../parts/machine.ts'
import { type AgentState, agentStates } from './agent-state.ts'

/** The agent's machine as it is drawn: the way of an update is the second row, left to right. */
export const agentMachine: Machine<AgentState> = {
  states: agentStates,
  arrowsFrom: arrowsOf(table.diagram),
  stands: {
    park: [0, 0],
    direct_download: [1, 0],
    prepare_local_install: [2, 0],
    waiting: [3, 0],
    entry_point: [0, 1],
    probe: [1, 1],
    validation: [2, 1],
    staged: [3, 1],
    install: [4, 1],
    reboot: [5, 1],
    poll: [0, 2],
    download: [2, 2],
    error: [3, 2],
    trying: [5, 2],
    reverting: [4, 2],
  },
}

import type { ComponentStatus, UpdateManagerStatus } from '@windlass/model/unit'
import { listOf, most, wordOf, wrong } from './checks.ts'
import { message } from './codec.ts'
import { decodeError, encodeError } from './error-info.ts'
import {
  ComponentState,
  UpdateState,
  UpdateStatus,
  type ComponentStatus as WireComponent,
} from './generated/updatemanager/v2/updatemanager.ts'

const updateStates = ['idle', 'prepared', 'updated', 'failed'] as const
const wireUpdateState = {
  idle: UpdateState.IDLE,
  prepared: UpdateState.PREPARED,
  updated: UpdateState.UPDATED,
  failed: UpdateState.FAILED,
} as const satisfies Record<UpdateManagerStatus['state'], UpdateState>

const componentStates = ['installed', 'installing', 'error'] as const
const wireComponentState = {
  installed: ComponentState.INSTALLED,
  installing: ComponentState.INSTALLING,
  error: ComponentState.ERROR,
} as const satisfies Record<ComponentStatus['state'], ComponentState>

/** updatemanager.v2 UpdateStatus: the registration, and the answer to each command (aoscore.md 1.4). */
export const updateStatus = message('UpdateStatus', UpdateStatus, encode, decode)

function encode({ nodeId, priority, state, components, error }: UpdateManagerStatus): UpdateStatus {
  return {
    nodeId,
    priority,
    updateState: wireUpdateState[state],
    components: components.map(encodeComponent),
    error: encodeError(error),
  }
}

function encodeComponent({ state, error, ...component }: ComponentStatus): WireComponent {
  return { ...component, state: wireComponentState[state], error: encodeError(error) }
}

function decode(path: string, wire: UpdateStatus): UpdateManagerStatus {
  if (wire.nodeId === '') throw wrong(`${path}.node_id`, "a node's id", wire.nodeId)
  return {
    nodeId: wire.nodeId,
    priority: wire.priority,
    state: wordOf(`${path}.update_state`, updateStates, wire.updateState),
    components: listOf(`${path}.components`, most.components, wire.components, decodeComponent),
    ...decodeError(wire.error),
  }
}

function decodeComponent(path: string, { state, error, ...component }: WireComponent): ComponentStatus {
  return { ...component, state: wordOf(`${path}.state`, componentStates, state), ...decodeError(error) }
}

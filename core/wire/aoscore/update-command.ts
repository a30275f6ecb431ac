import type { ComponentUpdate, UpdateCommand } from '@windlass/model/unit'
import { listOf, most, unsigned, whole, wrong } from './checks.ts'
import { message } from './codec.ts'
import { CMMessages, type PrepareComponentInfo } from './generated/updatemanager/v2/updatemanager.ts'

type Wire = NonNullable<CMMessages['CMMessage']>

/** updatemanager.v2 CMMessages: what the communication manager tells an update manager (aoscore.md 1.4). */
export const updateCommand = message('CMMessages', CMMessages, encode, decode)

function encode(command: UpdateCommand): CMMessages {
  return { CMMessage: wireOf(command) }
}

function wireOf(command: UpdateCommand): Wire {
  switch (command.kind) {
    case 'prepare':
      return { $case: 'prepareUpdate', value: { components: command.components.map(encodeComponent) } }
    case 'start':
      return { $case: 'startUpdate', value: {} }
    case 'apply':
      return { $case: 'applyUpdate', value: {} }
    case 'revert':
      return { $case: 'revertUpdate', value: {} }
  }
}

// The field is called sha256 and carries a SHA3-256 (aoscore.md 1.4).
function encodeComponent({ sha3, size, ...update }: ComponentUpdate): PrepareComponentInfo {
  return { ...update, sha256: Buffer.from(sha3), size: unsigned(size) }
}

function decode(path: string, { CMMessage: wire }: CMMessages): UpdateCommand {
  switch (wire?.$case) {
    case 'prepareUpdate': {
      const at = `${path}.prepare_update.components`
      return { kind: 'prepare', components: listOf(at, most.components, wire.value.components, decodeComponent) }
    }
    case 'startUpdate':
      return { kind: 'start' }
    case 'applyUpdate':
      return { kind: 'apply' }
    case 'revertUpdate':
      return { kind: 'revert' }
    case undefined:
      throw wrong(path, 'one of its messages', undefined)
  }
}

// A digest of another length is a digest that will not match: the update manager answers, where silence would be a hang.
function decodeComponent(path: string, { sha256, size, ...update }: PrepareComponentInfo): ComponentUpdate {
  return { ...update, sha3: sha256, size: whole(`${path}.size`, size) }
}

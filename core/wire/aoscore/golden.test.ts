import { describe, expect, it } from 'vitest'
import type { Message } from './codec.ts'
import golden from './fixtures/golden.json' with { type: 'json' }
import { nodeFact } from './node-fact.ts'
import { nodeOrder } from './node-order.ts'
import { updateCommand } from './update-command.ts'
import { updateStatus } from './update-status.ts'

type Rewritten = (bytes: Buffer) => { value: unknown; bytes: Buffer }

function rewrite<T>(message: Message<T>): Rewritten {
  return (bytes) => {
    const value = message.decode(bytes)
    return { value, bytes: message.encode(value) }
  }
}

const messages: Readonly<Record<string, Rewritten>> = {
  'servicemanager.v5.SMIncomingMessages': rewrite(nodeOrder),
  'servicemanager.v5.SMOutgoingMessages': rewrite(nodeFact),
  'updatemanager.v2.CMMessages': rewrite(updateCommand),
  'updatemanager.v2.UpdateStatus': rewrite(updateStatus),
}

describe('bytes of another encoder', () => {
  it.each(golden)('$type is read, and written as it was', ({ type, hex }) => {
    const rewritten = messages[type]?.(Buffer.from(hex, 'hex'))
    expect(rewritten?.bytes.toString('hex')).toBe(hex)
    expect(rewritten?.value).toMatchSnapshot()
  })
})

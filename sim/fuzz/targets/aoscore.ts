import { readdirSync, readFileSync } from 'node:fs'
import { nodeFact, nodeOrder, updateCommand, updateStatus, WireError } from '@windlass/wire/aoscore'
import {
  decodeAcknowledgement,
  decodeDesiredState,
  decodeDiscoveryAnswer,
  decodeDiscoveryRequest,
  decodeEnrolled,
  decodeEnrolment,
  decodeEnvelope,
  decodeFact,
  decodeNodeConfig,
  decodeOrder,
  decodeUnitConfig,
  decodeUnitStatus,
} from '@windlass/wire/aoscore-cloud'
import type { Target } from '../target.ts'

const fixtures = new URL('../../../core/wire/aoscore/cloud/fixtures/', import.meta.url)
const refuses = (error: unknown) => error instanceof WireError

/** What the cloud and a unit say to each other, each read by both. */
const cloudMessages: Target = {
  name: 'cloud-messages',
  json: true,
  seeds: readdirSync(fixtures)
    .filter((name) => /^(order|fact|sample)-/.test(name))
    .map((name) => readFileSync(new URL(name, fixtures))),
  tokens: ['"messageType"', '"correlationId"', '"header"', '"version":7', '"data"', '"items"', '"desiredStatus"'],
  read(input) {
    const envelope = decodeEnvelope(input)
    const { data } = envelope
    all(
      () => decodeAcknowledgement(envelope),
      () => decodeOrder(envelope),
      () => decodeFact(envelope),
      () => decodeDesiredState(data),
      () => decodeUnitStatus(data),
      () => decodeUnitConfig(data),
      () => decodeNodeConfig(data),
      () => decodeEnrolled(input),
      () => decodeEnrolment(input),
      () => decodeDiscoveryAnswer(input),
      () => decodeDiscoveryRequest(input),
    )
  },
  refuses,
}

/** What nodes and their unit say to each other, as protobuf. */
const grpcMessages: Target = {
  name: 'grpc-messages',
  seeds: [
    updateCommand.encode({ kind: 'start' }),
    Buffer.from('0a0712050a036e6f6465', 'hex'),
    Buffer.from('120a0a0861620a0263641201', 'hex'),
  ],
  read: (input) =>
    all(
      () => nodeFact.decode(input),
      () => nodeOrder.decode(input),
      () => updateCommand.decode(input),
      () => updateStatus.decode(input),
    ),
  refuses,
}

/** Each of them, whatever the others refuse. */
function all(...readers: readonly (() => unknown)[]): void {
  for (const read of readers) {
    try {
      read()
    } catch (error) {
      if (!refuses(error)) throw error
    }
  }
}

export const aoscore: readonly Target[] = [cloudMessages, grpcMessages]

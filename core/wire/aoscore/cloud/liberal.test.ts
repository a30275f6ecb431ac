import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WireError } from '../../wire-error.ts'
import { decodeAcknowledgement, decodeEnvelope, decodeFact, decodeOrder } from './index.ts'

const header = { version: 7, systemId: 'unit-77', createdAt: '2026-01-05T08:00:00Z', txn: 't' }
const message = (data: object, more: object = {}) =>
  decodeEnvelope(JSON.stringify({ header: { ...header, ...more }, data }))
const order = (data: object) => decodeOrder(message(data))
const fact = (data: object) => decodeFact(message(data))
const at = Date.UTC(2026, 0, 5, 8)

describe('what comes in is read liberally', () => {
  it('keys in any case, the right spelling first; attributes keep theirs', () => {
    const read = decodeEnvelope(
      JSON.stringify({
        HEADER: { VERSION: 7, systemid: 'u', TXN: 't' },
        Data: {
          MESSAGETYPE: 'stateRequest',
          ITEM: { ID: 'i' },
          Subject: { id: 's' },
          INSTANCE: 9,
          instance: 2,
          Default: true,
        },
      }),
    )
    expect(decodeFact(read)).toEqual({
      kind: 'state_request',
      ident: { itemId: 'i', subjectId: 's', index: 2 },
      useDefault: true,
    })
  })

  it('an id stands for a code name and the other way round', () => {
    const read = order({
      messageType: 'desiredStatus',
      nodes: [{ item: { id: 'node-a' }, state: 'paused' }],
      instances: [{ item: { codename: 'i' }, subject: { codename: 's' } }],
    })
    expect(read).toMatchObject({
      desired: {
        nodes: [{ nodeId: 'node-a', state: 'paused' }],
        instances: [{ itemId: 'i', subjectId: 's', priority: 0, numInstances: 1, labels: [] }],
      },
    })
  })

  it.each([{}, { items: null, instances: null, nodes: null, unitConfig: null, subjects: null }])(
    'D25 lists that are absent or null ask for nothing: %j',
    (lists) => {
      const nothing = { nodes: [], subjects: [], certificates: [], certificateChains: [] }
      expect(order({ messageType: 'desiredStatus', ...lists })).toEqual({ kind: 'desired_state', desired: nothing })
    },
  )

  it('an empty list asks for none', () => {
    expect(order({ messageType: 'desiredStatus', items: [], instances: [] })).toMatchObject({
      desired: { items: [], instances: [] },
    })
  })

  it('no instances of a component on purpose', () => {
    const instances = [{ item: { id: 'i' }, subject: { id: 's' }, numInstances: 0 }]
    expect(order({ messageType: 'desiredStatus', instances })).toMatchObject({
      desired: { instances: [{ numInstances: 0 }] },
    })
  })

  it.each([0.5, '500ms', 'PT0.5S'])('a time span written as %j', (minTimeout) => {
    const rule = { minTimeout, minThreshold: 1, maxThreshold: 2 }
    const nodes = [{ nodeGroupSubject: { codename: 'main' }, priority: 1, alertRules: { cpu: rule } }]
    const unitConfig = { version: '1.0.0', formatVersion: '7', nodes }
    expect(order({ messageType: 'desiredStatus', unitConfig })).toMatchObject({
      desired: { unitConfig: { nodes: [{ alertRules: { cpu: { minTimeoutMs: 500 } } }] } },
    })
  })

  it('the older names of a node configuration', () => {
    const unitConfig = { version: '1.0.0', nodes: [{ nodeId: 'n', nodeType: 'main' }] }
    expect(order({ messageType: 'desiredStatus', unitConfig })).toMatchObject({
      desired: { unitConfig: { nodes: [{ nodeId: 'n', nodeType: 'main', labels: [], priority: 0 }] } },
    })
  })

  it('a checksum of 32 bytes in hexadecimal or base64, with no word of keys and signatures', () => {
    const sum = Buffer.alloc(32, 7)
    for (const sha256 of [sum.toString('hex'), sum.toString('base64')]) {
      const items = [{ digest: 'sha256:00', urls: ['http://a'], sha256, size: 1 }]
      expect(order({ messageType: 'blobUrls', correlationId: 'c', items })).toEqual({
        kind: 'blob_urls',
        correlationId: 'c',
        sources: [{ digest: 'sha256:00', urls: ['http://a'], sha3: new Uint8Array(sum), size: 1 }],
      })
    }
  })

  it.each(['error', 'failed'])('a log that could not be had: %s', (status) => {
    expect(fact({ messageType: 'pushLog', correlationId: 'l', node: { codename: 'n' }, status })).toMatchObject({
      part: { status: 'error', correlationId: 'l' },
    })
  })

  it.each(['deviceAllocateAlert', 'resourceAllocateAlert'])('an alert of a resource: %s', (tag) => {
    const ident = { item: { id: 'i' }, subject: { id: 's' }, instance: 0 }
    const alert = { timestamp: header.createdAt, tag, node: { codename: 'n' }, ...ident, deviceId: 'd', message: 'm' }
    expect(fact({ messageType: 'alerts', items: [alert] })).toMatchObject({
      alerts: [{ alert: { kind: 'resource_allocate', resource: 'd' } }],
    })
  })

  it.each(['subject', 'subjectId'])('the subject of an alert and of a status: %s', (key) => {
    const about = { item: { id: 'i' }, [key]: { id: 's' }, instance: 0 }
    const alert = { timestamp: header.createdAt, tag: 'updateItemInstanceAlert', ...about, version: '1', message: 'm' }
    expect(fact({ messageType: 'alerts', items: [alert] })).toMatchObject({
      alerts: [{ alert: { ident: { subjectId: 's' } } }],
    })
    expect(fact({ messageType: 'overrideEnvVarsStatus', statuses: [{ ...about, name: 'A' }] })).toMatchObject({
      statuses: [{ ident: { itemId: 'i', subjectId: 's', index: 0 } }],
    })
  })

  it.each(['connected', 'isConnected'])('the flag of a node state: %s', (key) => {
    const nodeStates = [{ timestamp: header.createdAt, state: 'provisioned', [key]: true }]
    expect(
      fact({ messageType: 'monitoringData', nodes: [{ node: { codename: 'n' }, nodeStates, items: [] }] }),
    ).toMatchObject({
      monitoring: { nodes: [{ states: [{ connected: true, timeMs: at }] }] },
    })
  })

  it.each([
    ['one', { node: { codename: 'n' }, secret: 's' }],
    ['a list', [{ node: { codename: 'n' }, secret: 's' }]],
    ['a map', { n: 's' }],
  ])('unit secrets as %s, of any version', (_, nodes) => {
    const unitSecrets = { version: '2.0.0', nodes }
    expect(order({ messageType: 'renewCertificatesNotification', certificates: [], unitSecrets })).toEqual({
      kind: 'renew_certificates',
      certificates: [],
      secrets: { n: 's' },
    })
  })

  it('an alert of a later day is left out, the others are read', () => {
    const system = { timestamp: header.createdAt, tag: 'systemAlert', node: { codename: 'n' }, message: 'm' }
    expect(fact({ messageType: 'alerts', items: [{ tag: 'toString' }, system] })).toMatchObject({
      alerts: [{ alert: { kind: 'system' } }],
    })
  })

  it('variables for ever and until a moment', () => {
    const variables = ['', '0', null, header.createdAt].map((ttl) => ({ name: 'A', value: '1', ttl }))
    expect(order({ messageType: 'overrideEnvVars', items: [{ variables }] })).toEqual({
      kind: 'override_env_vars',
      items: [
        {
          filter: {},
          variables: [...Array(3).fill({ name: 'A', value: '1' }), { name: 'A', value: '1', ttlMs: at }],
        },
      ],
    })
  })

  it('an error without content is none, a message alone is a failure', () => {
    const status = (errorInfo: object) =>
      fact({ messageType: 'unitStatus', unitConfig: [{ version: '1', state: 'failed', errorInfo }] })
    expect(status({ aosCode: 0, exitCode: null })).toEqual({
      kind: 'unit_status',
      status: { isDelta: false, unitConfig: [{ version: '1', state: 'failed' }] },
    })
    expect(status({ message: 'no' })).toMatchObject({
      status: { unitConfig: [{ error: { aosCode: 1, exitCode: 0, message: 'no' } }] },
    })
  })
})

describe('what is not the protocol is refused', () => {
  it('another version', () => {
    expect(() => message({ messageType: 'ack' }, { version: 6 })).toThrow('message.header.version: expected 7, got 6')
  })

  it('a message nobody sends; one that only the other side sends', () => {
    expect(() => order({ messageType: 'constructor' })).toThrow(/expected one of the cloud's, got constructor/)
    expect(() => fact({ messageType: 'desiredStatus' })).toThrow(/expected one of a unit's, got desiredStatus/)
  })

  it('by its place', () => {
    const items = [{ item: {}, version: '1', owner: { id: 'o' }, indexDigest: `sha256:${'a'.repeat(64)}` }]
    expect(() => order({ messageType: 'desiredStatus', items })).toThrow(
      'desiredStatus.items[0].item: expected an identity with "id" or "codename"',
    )
  })

  it('whatever it is, with a WireError', () => {
    const junk = fc.oneof(fc.json(), fc.string(), fc.uint8Array())
    const types = [
      'desiredStatus',
      'blobUrls',
      'unitStatus',
      'alerts',
      'monitoringData',
      'requestLog',
      'pushLog',
      'nack',
    ]
    const near = fc
      .record({
        messageType: fc.constantFrom(...types),
        items: fc.jsonValue(),
        nodes: fc.jsonValue(),
        filter: fc.jsonValue(),
      })
      .map((data) => JSON.stringify({ header, data }))
    const read = (bytes: string | Uint8Array) => {
      const envelope = decodeEnvelope(bytes)
      if (decodeAcknowledgement(envelope)) return
      try {
        decodeOrder(envelope)
      } catch (error) {
        if (!(error instanceof WireError && error.code === 'unknown_type')) throw error
        decodeFact(envelope)
      }
    }
    const holds = (bytes: string | Uint8Array) => {
      try {
        read(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(WireError)
      }
    }
    fc.assert(fc.property(fc.oneof(junk, near), holds), { numRuns: 300 })
  })
})

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { decodeEnvelope, decodeFact, decodeOrder, encodeFact, encodeOrder } from './index.ts'

const sample = (name: string) => readFileSync(new URL(`fixtures/sample-${name}.json`, import.meta.url))

it('reads the worked desired status', () => {
  expect(decodeOrder(decodeEnvelope(sample('desired-status')))).toStrictEqual({
    kind: 'desired_state',
    correlationId: 'ds-1',
    desired: {
      nodes: [{ nodeId: 'node-a', state: 'provisioned' }],
      items: [
        {
          itemId: '11aa',
          type: 'service',
          version: '1.4.0',
          ownerId: 'sp-9',
          indexDigest: `sha256:${'a'.repeat(62)}01`,
        },
      ],
      instances: [{ itemId: '11aa', subjectId: 'subj-3', priority: 10, numInstances: 2, labels: ['front'] }],
      subjects: [{ subjectId: 'subj-3', type: 'group', isReportedFromUnit: false }],
      certificates: [{ der: 'MIIB', fingerprint: 'F0E1' }],
      certificateChains: [{ name: 'sp-chain', fingerprints: ['F0E1'] }],
    },
  })
})

it('reads the worked unit status', () => {
  const fact = decodeFact(decodeEnvelope(sample('unit-status')))
  expect(fact).toMatchObject({
    kind: 'unit_status',
    status: {
      isDelta: false,
      unitConfig: [{ version: '3.0.0', state: 'installed' }],
      nodes: [{ nodeId: 'node-a', title: 'main', nodeType: 'mainType', cpus: [], isConnected: true }],
      items: [{ itemId: '11aa', type: 'service', version: '1.4.0', state: 'installed' }],
      instances: [
        { ident: { itemId: '11aa', subjectId: 'subj-3', index: 0, preinstalled: false }, state: 'active' },
        { ident: { index: 1 }, state: 'failed', error: { aosCode: 5, message: 'no runtimes with requested RAM' } },
      ],
      subjects: [],
    },
  })
})

it('writes both as they were, with what was left out', () => {
  const [wanted, said] = [sample('desired-status'), sample('unit-status')].map((bytes) => decodeEnvelope(bytes))
  if (!wanted || !said) return expect.fail('no samples')
  const again = (text: string): unknown => JSON.parse(text)
  expect(again(encodeOrder(decodeOrder(wanted), wanted.header))).toMatchObject(
    again(String(sample('desired-status'))) ?? {},
  )
  expect(again(encodeFact(decodeFact(said), said.header))).toMatchObject(again(String(sample('unit-status'))) ?? {})
})

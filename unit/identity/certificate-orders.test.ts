import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import { readRequest } from '@windlass/trust/certificates'
import { describe, expect, it } from 'vitest'
import { CertificateOrders } from './certificate-orders.ts'
import { testUnit } from './test-unit.ts'

async function withOrders() {
  const made = await testUnit()
  const { unit, log, clock } = made
  const sent: UnitFact[] = []
  const orders = new CertificateOrders({ identity: unit, mainNodeId: 'main', send: (fact) => sent.push(fact), log })
  // Keys are made outside of the fake clock: it must move while an order is obeyed.
  const take = async (order: CloudOrder) => {
    let done = false
    void orders.take(order).then(() => (done = true))
    await expect.poll(async () => (await clock.advance(0), done), { timeout: 20_000 }).toBe(true)
    return sent.at(-1)
  }
  return { ...made, take, sent }
}

describe('renewal', () => {
  it('C13 two certificates: one message with two requests, then a confirmation with serials', async () => {
    const { take, authority, unit, sent } = await withOrders()
    const certificates = [
      { type: 'iam', nodeId: 'main' },
      { type: 'cm', nodeId: 'main' },
    ]
    const asked = await take({ kind: 'renew_certificates', certificates, secrets: { main: 'secret' } })
    if (asked?.kind !== 'issue_certificates') return expect.fail('no requests were sent')
    expect(asked.requests.map(({ type, nodeId }) => [type, nodeId])).toEqual([
      ['iam', 'main'],
      ['cm', 'main'],
    ])
    const renewed: string[] = []
    unit.watchCertificates((type) => renewed.push(type))
    const issued = await Promise.all(
      asked.requests.map(async ({ type, nodeId, csr }) => ({
        type,
        nodeId,
        chain: (await authority.issue('main', csr)).chain,
      })),
    )
    const confirmed = await take({ kind: 'issued_certificates', certificates: issued })
    if (confirmed?.kind !== 'certificates_installed') return expect.fail('nothing was confirmed')
    expect(confirmed.certificates).toEqual([
      { type: 'cm', nodeId: 'main', serial: unit.certificate('cm')?.serial },
      { type: 'iam', nodeId: 'main', serial: unit.certificate('iam')?.serial },
    ])
    expect([renewed, sent.length]).toEqual([['cm', 'iam'], 2])
  })

  it('what cannot be installed is reported, the rest is', async () => {
    const { take } = await withOrders()
    const certificates = [{ type: 'cm', nodeId: 'main', chain: 'garbage' }]
    expect(await take({ kind: 'issued_certificates', certificates })).toMatchObject({
      certificates: [{ type: 'cm', serial: '', error: { aosCode: 1 } }],
    })
  })
})

describe('provisioning over the cloud', () => {
  it('C12 a start: a request for each type, and the id of the question', async () => {
    const { take, startNode } = await withOrders()
    await startNode()
    const answer = await take({ kind: 'start_provisioning', correlationId: 'c-1', nodeId: 'node-b', password: 'p' })
    if (answer?.kind !== 'provisioning_started') return expect.fail('no answer')
    expect([answer.correlationId, answer.nodeId, answer.error]).toEqual(['c-1', 'node-b', undefined])
    expect(answer.csrs.map(({ type }) => type)).toEqual(['sm', 'um', 'iam'])
    for (const { csr } of answer.csrs) expect((await readRequest(csr)).commonName).toBe('unit-77')
  })

  it('a finish without certificates: the unit signs them itself', async () => {
    const { take, startNode, unit, clock } = await withOrders()
    const { node } = await startNode()
    await take({ kind: 'start_provisioning', correlationId: 'c-1', nodeId: 'node-b', password: '' })
    const finish = { kind: 'finish_provisioning', nodeId: 'node-b', certificates: [], password: '' } as const
    expect(await take({ ...finish, correlationId: 'c-2' })).toEqual({
      kind: 'provisioning_finished',
      correlationId: 'c-2',
      nodeId: 'node-b',
    })
    await clock.advance(10_000)
    expect([node.info().state, unit.nodeInfos()[1]?.connected]).toEqual(['provisioned', true])
    expect(await take({ kind: 'deprovision', nodeId: 'node-b', password: '' })).toEqual({
      kind: 'deprovisioned',
      nodeId: 'node-b',
    })
    expect([node.info().state, node.keys.tls('sm')]).toEqual(['unprovisioned', undefined])
  })

  it('a wrong state comes back as such; the main node is not deprovisioned', async () => {
    const { take } = await withOrders()
    const wrongState = { error: { aosCode: 9 } }
    expect(await take({ kind: 'start_provisioning', nodeId: 'main', password: '' })).toMatchObject(wrongState)
    expect(await take({ kind: 'deprovision', nodeId: 'main', password: '' })).toMatchObject(wrongState)
  })
})

import type { NodeInfo } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../ports.ts'

export interface IdentityUnderTest {
  identity: Identity
  /** Node `node-b` comes, in this state. */
  comes(state: NodeInfo['state']): Promise<void>
  leaves(): Promise<void>
  setSubjects(subjects: readonly string[]): void
}

/** What every identity promises the unit's other rooms. */
export function testIdentity(name: string, make: () => Promise<IdentityUnderTest>): void {
  const seen = (identity: Identity) => {
    const node = identity.nodeInfos().find(({ nodeId }) => nodeId === 'node-b')
    return node && [node.state, node.connected]
  }

  describe(`${name} as an identity`, () => {
    it('knows the nodes that are there and those that were', async () => {
      const { identity, comes, leaves } = await make()
      const heard: unknown[] = []
      identity.watchNodes(({ nodeId, state, connected }) => nodeId === 'node-b' && heard.push([state, connected]))
      await comes('provisioned')
      expect(seen(identity)).toEqual(['provisioned', true])
      await leaves()
      expect(seen(identity)).toEqual(['provisioned', false])
      expect(heard).toContainEqual(['provisioned', true])
      expect(heard.at(-1)).toEqual(['provisioned', false])
    })

    it('pauses a node and lets it go on; a node that is in the state already is left alone', async () => {
      const { identity, comes } = await make()
      await comes('provisioned')
      await identity.setNodeState('node-b', 'provisioned')
      await identity.setNodeState('node-b', 'paused')
      expect(seen(identity)).toEqual(['paused', true])
      await identity.setNodeState('node-b', 'provisioned')
      expect(seen(identity)).toEqual(['provisioned', true])
    })

    it('C20 does not pause what is not provisioned, nor what it does not know', async () => {
      const { identity, comes } = await make()
      await comes('unprovisioned')
      await expect(identity.setNodeState('node-b', 'paused')).rejects.toMatchObject({ code: 'wrong_state' })
      expect(seen(identity)).toEqual(['unprovisioned', true])
      await expect(identity.setNodeState('node-c', 'paused')).rejects.toMatchObject({ code: 'node_away' })
    })

    it('tells the unit\u2019s subjects, until nobody listens', async () => {
      const { identity, setSubjects } = await make()
      const heard: unknown[] = []
      const unsubscribe = identity.watchSubjects((subjects) => heard.push(subjects))
      setSubjects(['driver'])
      unsubscribe()
      setSubjects([])
      expect([heard, identity.subjects()]).toEqual([[['driver']], []])
    })
  })
}

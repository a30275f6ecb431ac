import { createLog } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { fakePeople } from './fake-people.ts'
import { checkSomebody } from './somebody.ts'

const { store } = fakePeople()
const logged: string[] = []
const log = createLog([({ level, text }) => logged.push(`${level} ${text}`)], () => 0)

describe('a fleet that starts', () => {
  it('wants somebody who can sign in beyond loopback, and says aloud on loopback that nobody has to', async () => {
    await expect(checkSomebody(store, { loopback: false, operatorToken: null }, log)).rejects.toMatchObject({
      code: 'token_required',
    })
    await checkSomebody(store, { loopback: false, operatorToken: 'a-long-enough-token' }, log)
    expect(logged).toEqual([])
    await checkSomebody(store, { loopback: true, operatorToken: null }, log)
    expect(logged).toEqual([
      expect.stringMatching(/^warning no user yet: every program on this machine may do everything/),
    ])
    await store.addUser({ name: 'ada', passwordHash: null, grants: [{ role: 'admin', over: 'fleet' }], createdAt: 0 })
    await checkSomebody(store, { loopback: false, operatorToken: null }, log)
    await checkSomebody(store, { loopback: true, operatorToken: null }, log)
    expect(logged).toHaveLength(1)
  })
})

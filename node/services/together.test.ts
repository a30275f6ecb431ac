import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Together } from './together.ts'

it('those who ask during a go share the next one', async () => {
  const goes: number[][] = []
  const first = Promise.withResolvers<void>()
  const together = new Together<number>(async (all) => {
    goes.push([...all])
    if (goes.length === 1) await first.promise
  })
  const one = together.ask(1)
  await setImmediate()
  const others = [together.ask(2), together.ask(3)]
  first.resolve()
  await Promise.all([one, ...others])
  expect(goes).toEqual([[1], [2, 3]])
})

it('a go that fails is the affair of those who were part of it', async () => {
  const together = new Together<number>(async (all) => {
    await setImmediate()
    if (all.includes(1)) throw new Error('no')
  })
  const failed = together.ask(1)
  await setImmediate()
  const sound = together.ask(2)
  await expect(failed).rejects.toThrow('no')
  await expect(sound).resolves.toBeUndefined()
})

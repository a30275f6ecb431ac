import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BootEnvironment, factoryEnvironment, formatEnvironment, parseEnvironment } from './boot-environment.ts'
import { boot, mostStarts } from './boot-loader.ts'

const environments = fc.record<BootEnvironment>({
  active: fc.constantFrom('a', 'b'),
  onTrial: fc.boolean(),
  starts: fc.nat(9),
})

describe('the boot loader', () => {
  it('starts a confirmed slot for ever', () => {
    expect(boot(factoryEnvironment)).toEqual({ slot: 'a', next: factoryEnvironment, fellBack: false })
  })

  it('starts a slot on trial twice, then goes back to the other for good', () => {
    const slots: string[] = []
    let environment: BootEnvironment = { active: 'b', onTrial: true, starts: 0 }
    for (let start = 0; start < 5; start++) {
      const { slot, next } = boot(environment)
      slots.push(slot)
      environment = next
    }
    expect(slots).toEqual(['b', 'b', 'a', 'a', 'a'])
    expect(environment).toEqual(factoryEnvironment)
  })

  it('ends with a slot that is not on trial, whatever the environment says, if nobody confirms', () => {
    fc.assert(
      fc.property(environments, (environment) => {
        let now = environment
        for (let start = 0; start <= mostStarts; start++) now = boot(now).next
        expect(now.onTrial).toBe(false)
      }),
    )
  })
})

describe('the boot environment', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(environments, (e) => {
        expect(parseEnvironment(formatEnvironment(e))).toEqual(e)
      }),
    )
  })

  it('is that of the factory when nothing can be read', () => {
    expect(parseEnvironment('\u0000garbage')).toEqual(factoryEnvironment)
  })
})

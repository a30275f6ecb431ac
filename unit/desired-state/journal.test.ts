import { createLog } from '@windlass/platform'
import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { FakeUnit, order } from './fake-unit.ts'
import { updateJournal } from './journal.ts'
import { UnitUpdate } from './update-manager.ts'

const path = '/unit/update.json'
const copy = '/unit/update.copy.json'

/** A unit that was killed while its instances came up, and what its log says once it is there again. */
async function killedWhileActivating(rotten: readonly string[]) {
  const [unit, files] = [new FakeUnit(), new FakeFiles()]
  const journal = () => updateJournal(files, path, log)
  const lines: string[] = []
  const log = createLog([({ text }) => lines.push(text)], () => 0)
  const live = () => {
    const quit = new AbortController()
    const update = new UnitUpdate({ ...unit.ports(), journal: journal() })
    return { update, quit, ended: update.run(quit.signal) }
  }
  unit.hung.add('activate')
  const first = live()
  await first.update.accept(order({ service: '1.0.0' }))
  await unit.clock.advance(1_000)
  expect(first.update.state.at).toBe('activating')
  first.quit.abort()
  await first.ended
  for (const file of rotten)
    files.put(
      file,
      (await files.readFile(file, 9_999)).map((byte, at) => (at === 40 ? byte ^ 4 : byte)),
    )
  unit.done.length = 0
  const second = live()
  await unit.clock.advance(0)
  const { at } = second.update.state
  second.quit.abort()
  await second.ended
  return { at, lines, done: unit.done }
}

describe("a unit's record of its update that rotted", () => {
  it('is read from its copy: the update goes on', async () => {
    const { at, lines, done } = await killedWhileActivating([path])
    expect([at, lines, done]).toEqual(['activating', ['journal set aside'], []])
  })

  it('with its copy is lost, and said to be', async () => {
    const { at, lines } = await killedWhileActivating([path, copy])
    expect(at).toBe('none')
    expect(lines.at(-1)).toMatch(/^journal lost/)
  })
})

import { describe, expect, it } from 'vitest'
import { FakeFiles } from '../files/fake-files.ts'
import { testJournal } from './journal.contract.ts'
import { fileJournal, type SetAside, twinJournal } from './journal.ts'
import { memoryJournal } from './memory-journal.ts'

const path = '/var/lib/agent/machine.json'
const quiet: SetAside = () => undefined
const open = (files: FakeFiles, setAside = quiet) => fileJournal<unknown>(files, path, (value) => value, setAside)

testJournal('memoryJournal', async () => {
  const journal = memoryJournal<unknown>()
  return { journal, again: async () => journal }
})
testJournal('fileJournal on FakeFiles', async () => {
  const files = new FakeFiles()
  const again = async () => {
    files.crash()
    return open(files)
  }
  return { journal: open(files), again }
})

const twins = (files: FakeFiles, setAside = quiet) => {
  const second = fileJournal<unknown>(files, `${path}.copy`, (value) => value, setAside)
  return twinJournal(open(files, setAside), second)
}
testJournal('twinJournal on FakeFiles', async () => {
  const files = new FakeFiles()
  const again = async () => {
    files.crash()
    return twins(files)
  }
  return { journal: twins(files), again }
})

describe('twinJournal', () => {
  it.each([path, `${path}.copy`])('holds the newest value whichever file rots: %s', async (rotten) => {
    const files = new FakeFiles()
    await twins(files).save({ step: 1 })
    await twins(files).save({ step: 2 })
    files.put(rotten, '{"step":3}#00000000')
    const asides: unknown[] = []
    expect(await twins(files, (aside) => asides.push(aside)).load()).toEqual({ step: 2 })
    expect(asides).toHaveLength(rotten === path ? 1 : 0)
    await twins(files).save({ step: 4 })
    expect(await open(files).load()).toEqual({ step: 4 })
  })
})

describe('fileJournal', () => {
  it('reads an older form where it is given the parser, and saves the present one', async () => {
    const files = new FakeFiles()
    files.put(path, 'step = 1')
    const parse = (text: string): unknown => (text.startsWith('step') ? { step: 1 } : JSON.parse(text))
    const journal = fileJournal<unknown>(files, path, (value) => value, quiet, parse)
    expect(await journal.load()).toEqual({ step: 1 })
    await journal.save({ step: 2 })
    expect(await open(files).load()).toEqual({ step: 2 })
  })

  it('holds the old or the new value whole, whichever operation the power goes at', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      for (let changes = 1, saved = false; !saved; changes += 1) {
        const files = new FakeFiles({ seed })
        await open(files).save({ step: 1 })
        files.cutPowerAfter(changes)
        saved = await open(files)
          .save({ step: 2 })
          .then(() => true)
          .catch(() => false)
        files.crash()
        const asides: unknown[] = []
        const value = await open(files, (aside) => asides.push(aside)).load()
        expect(saved ? [{ step: 2 }] : [{ step: 1 }, { step: 2 }]).toContainEqual(value)
        expect(asides).toEqual([])
      }
    }
  })

  it('holds nothing or the first value when the power goes during the first save', async () => {
    for (let changes = 1, saved = false; !saved; changes += 1) {
      const files = new FakeFiles({ seed: changes })
      files.cutPowerAfter(changes)
      saved = await open(files)
        .save({ step: 1 })
        .then(() => true)
        .catch(() => false)
      files.crash()
      expect(saved ? [{ step: 1 }] : [undefined, { step: 1 }]).toContainEqual(await open(files).load())
    }
  })

  it('puts aside what it cannot read, says so, and counts as empty', async () => {
    const files = new FakeFiles()
    files.put(path, '{"half":')
    const asides: { path: string; why: string }[] = []
    const journal = open(files, (aside) => asides.push(aside))
    expect(await journal.load()).toBeUndefined()
    expect(asides).toEqual([{ path: `${path}.old`, why: expect.stringContaining('JSON') }])
    expect(new TextDecoder().decode(files.peek(`${path}.old`))).toBe('{"half":')
    await journal.save(1)
    expect(await journal.load()).toBe(1)
  })

  it('notices every single bit that the disk forgot, wherever it stands', async () => {
    const saved = new FakeFiles()
    await open(saved).save({ step: 1, spaces: ' '.repeat(40) })
    const bytes = saved.peek(path)
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const files = new FakeFiles()
      files.put(path, flipped(bytes, bit))
      const asides: unknown[] = []
      expect(await open(files, (aside) => asides.push(aside)).load()).toBeUndefined()
      expect(asides).toHaveLength(1)
    }
  })

  it('reads a record of before there were checksums, and is read by those who know none', async () => {
    const files = new FakeFiles()
    files.put(path, '{"step":1}')
    expect(await open(files).load()).toEqual({ step: 1 })
    await open(files).save({ step: 2 })
    expect(JSON.parse(new TextDecoder().decode(files.peek(path)))).toEqual({ step: 2 })
  })

  it('asks a disk that fails to read again before it gives the value up', async () => {
    const files = new FakeFiles()
    await open(files).save({ step: 1 })
    for (let failures = 0; failures < 2; failures += 1) files.failNext('read', 'EIO', path)
    expect(await open(files).load()).toEqual({ step: 1 })
    for (let failures = 0; failures < 3; failures += 1) files.failNext('read', 'EIO', path)
    expect(await open(files).load()).toBeUndefined()
    expect(await files.list('/var/lib/agent')).toEqual(['machine.json.old'])
  })

  it('puts aside what its reader refuses', async () => {
    const files = new FakeFiles()
    await open(files).save({ version: 99 })
    const journal = fileJournal<unknown>(files, path, refuse, quiet)
    expect(await journal.load()).toBeUndefined()
    expect(await files.list('/var/lib/agent')).toEqual(['machine.json.old'])
  })
})

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

function refuse(): never {
  throw new Error('expected version 1, got 99')
}

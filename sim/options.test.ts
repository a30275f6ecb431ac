import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

describe('the options of windlass up', () => {
  it('stay up and keep everything in .windlass/demo unless told otherwise', () => {
    expect(readOptions([])).toEqual({ once: false, qemu: false, json: false, help: false, data: '.windlass/demo' })
    expect(readOptions(['--once', '--data', 'x'])).toMatchObject({ once: true, data: 'x' })
  })

  it.each([['--twice'], ['word'], ['--data']])('refuse %s', (word) => {
    expect(() => readOptions([word])).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

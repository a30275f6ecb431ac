import { describe, expect, it } from 'vitest'
import { parseGrubEnvironment } from './grub-environment.ts'

const block = (text: string) => parseGrubEnvironment(Buffer.from(`# GRUB Environment Block\n${text}`))

describe('parseGrubEnvironment()', () => {
  it('takes a value over the end of a line where a backslash says so, and nothing that has no end', () => {
    expect(block('a=1\nb=x\\\ny\nc=3')).toEqual(
      new Map([
        ['a', '1'],
        ['b', 'x\\\ny'],
      ]),
    )
    expect(block('a=1\nb=2\\')).toEqual(new Map([['a', '1']]))
  })

  it('reads the largest block without a line in one pass', () => {
    expect(block('#'.repeat(65_000))).toEqual(new Map())
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { failureCodes } from './failure.ts'

describe('failureCodes', () => {
  it('have a paragraph each in docs/errors.md, in the same order, and no paragraph is left over', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    const paragraphs = [...page.matchAll(/^### (\S+)\n\n(.+)/gm)]
    expect(paragraphs.map(([, code]) => code)).toEqual([...failureCodes])
    for (const [, code, text] of paragraphs) expect(text?.length, code).toBeGreaterThan(40)
  })
})

import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'

describe('nearest', () => {
  it.each([
    ['traget', 'target'],
    ['format', 'format?'],
    ['targetpath', 'target-path'],
    ['Version', 'version'],
    ['colour', undefined],
  ])('for %s suggests %s', (word, suggestion) => {
    expect(nearest(word, ['target', 'target-path', 'format?', 'version', 'seek'])).toBe(suggestion)
  })
})

import { describe, expect, it } from 'vitest'
import { shownUrl } from './shown-url.ts'

describe('an address that is shown', () => {
  it.each([
    ['https://cdn.example:8443/a/b?X-Amz-Signature=secret#x', 'https://cdn.example:8443/a/b'],
    ['https://me:secret@example.org/a', 'https://example.org/a'],
    ['ftp://me:secret@example.org/a?secret', 'ftp://example.org/a'],
    ['nothing?secret', 'nothing'],
    ['http://me:secret@/a', 'http:///a'],
  ])('is of %s only %s', (text, expected) => {
    expect(shownUrl(text)).toBe(expected)
  })
})

import { describe, expect, it } from 'vitest'
import { extentOf } from './content-range.ts'

const cases: [string, number, Record<string, string>, ReturnType<typeof extentOf>][] = [
  ['200 covers the whole, of the length it announces', 200, { 'content-length': '10' }, { from: 0, total: 10 }],
  ['200 may leave its length open', 200, {}, { from: 0, total: undefined }],
  [
    '206 says from where on and how long the whole is',
    206,
    { 'content-range': 'bytes 4-9/10' },
    { from: 4, total: 10 },
  ],
  ['206 may leave the whole open', 206, { 'content-range': 'bytes 4-9/*' }, { from: 4, total: undefined }],
  ['206 without Content-Range says nothing', 206, {}, undefined],
  ['206 in another unit says nothing', 206, { 'content-range': 'items 4-9/10' }, undefined],
  ['206 that ends before it begins says nothing', 206, { 'content-range': 'bytes 9-4/10' }, undefined],
  ['206 past the end of the whole says nothing', 206, { 'content-range': 'bytes 4-10/10' }, undefined],
  [
    '206 whose length contradicts its range says nothing',
    206,
    { 'content-range': 'bytes 4-9/10', 'content-length': '7' },
    undefined,
  ],
  [
    '206 with a number beyond all reason says nothing',
    206,
    { 'content-range': `bytes 0-${'9'.repeat(40)}/*` },
    undefined,
  ],
  ['416 covers nothing', 416, { 'content-range': 'bytes */10' }, undefined],
]

describe('extentOf()', () => {
  for (const [name, status, headers, expected] of cases) {
    it(name, () => expect(extentOf({ status, headers })).toEqual(expected))
  }
})

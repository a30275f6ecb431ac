import { readFileSync } from 'node:fs'
import { fleetEvent, problemStatus } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { allRoutes } from './permissions.ts'

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')

describe('docs/wire/operator.md', () => {
  const text = page('wire/operator.md')

  it('has a word on every route', () => {
    // `POST /rollouts/:id/pause`, `/resume`: what follows may be named by its last part alone.
    const silent = allRoutes.filter((route) => {
      const [, last] = /(\/[\w-]+)$/.exec(route) ?? []
      return !new RegExp(`\`${route}[\`?]`).test(text) && !(last && text.includes(`\`${last}\``))
    })
    expect(silent).toEqual([])
  })

  it('has a word on every kind of event', () => {
    const kinds = fleetEvent.options.map((one) => one.shape.kind.value)
    const [, table = ''] = /## Events\n(.*?)\n## /s.exec(text) ?? []
    expect(kinds.filter((kind) => !new RegExp(`^\\| .*\`${kind}\`.* \\|`, 'm').test(table))).toEqual([])
  })
})

it('docs/errors.md has every code of the operator API with its status, and no other', () => {
  const rows = [...page('errors.md').matchAll(/^\| `(\w+)` \| (\d{3}) \| .{10,} \|$/gm)]
  expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(problemStatus)
})

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { apiAttacks } from './local-api.ts'
import { packageAttacks } from './packages.ts'
import { serverAttacks } from './servers.ts'

const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8')

it('docs/reliability.md names every attack that is tried, and no other', () => {
  const [, section = ''] = /^## Attacks$([^]*?)^## /m.exec(page) ?? []
  const rows = [...section.matchAll(/^\| (.*?) \|/gm)].map(([, name]) => name)
  const [, ...named] = rows
  const tried = [...packageAttacks, ...serverAttacks, ...apiAttacks].map(({ name }) => name)
  // In a file of its own, as it takes a minute: large.system.test.ts.
  expect(new Set(named)).toEqual(new Set([...tried, 'signature coverage beyond 2 GiB']))
})

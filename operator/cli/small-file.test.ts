import { mkdtemp, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { say } from './test-ports.ts'

it.each([
  ['inspect', '--metadata', '/dev/zero'],
  ['keys', 'show', '/dev/zero'],
  ['pack', '/dev/zero'],
  ['devices', 'import', '/dev/zero'],
  ['list', '--token-file', '/dev/zero'],
])('%s %s %s ends: what never ends is not read whole', async (...argv) => {
  const { code, err } = await say(argv)
  expect({ code, err }).toEqual({ code: 65, err: 'windlass: /dev/zero: expected at most 32 MiB, got more\n' })
})

it('names the file that is no key, no package, no token', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'small-'))
  const [odd, large] = [join(cwd, 'odd'), join(cwd, 'large')]
  await writeFile(odd, 'two\nlines')
  await truncate(odd, 9)
  await writeFile(large, '')
  await truncate(large, 33 * 1024 * 1024)
  const said = async (...argv: string[]) => (await say(argv, { cwd })).err
  expect(await said('verify', 'odd', '-k', 'odd')).toMatch(new RegExp(`^windlass: ${odd}: a public key: expected RSA`))
  expect(await said('inspect', 'odd')).toMatch(new RegExp(`^windlass: ${odd}: archive: expected a zip`))
  expect(await said('list', '--token-file', 'odd')).toBe(
    `windlass: ${odd}: expected a token on one line, got something else\n`,
  )
  expect(await said('keys', 'show', 'large')).toMatch(/expected at most 32 MiB/)
  expect(await said('keys', 'show', '.')).toBe(`windlass: ${cwd}: expected to read it, got a folder\n`)
})

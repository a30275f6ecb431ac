import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arches } from './arch.ts'
import { banner, licenses } from './licenses.ts'
import { requireIntegrity } from './node-binary.ts'
import about from './package.json' with { type: 'json' }
import { makeYocto } from './yocto.ts'

const root = join(import.meta.dirname, '../..')
const file = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

describe('a Node that was fetched', () => {
  const abc = 'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=='

  it('is taken when it is what the lock file names', () => {
    expect(() => requireIntegrity(new TextEncoder().encode('abc'), abc, 'node')).not.toThrow()
  })

  it('is refused with one bit otherwise', () => {
    const bytes = new TextEncoder().encode('abb')
    expect(() => requireIntegrity(bytes, abc, 'node')).toThrow(/^node: expected sha512-3a81.*, got sha512-/)
  })
})

describe('licences', () => {
  it('are all there, ours first', async () => {
    const text = await licenses(root, join(root, 'node_modules/valibot'), ['ini', 'smol-toml'])
    expect([...text.matchAll(/^={80}\n(.*)\n={80}$/gm)].map(([, name]) => name)).toEqual([
      'Windlass',
      'Node.js',
      'ini',
      'smol-toml',
    ])
    expect(text).toContain('Apache License')
    expect(text).toContain('The ISC License')
  })

  it('must be there', async () => {
    await expect(licenses(root, join(root, 'docs'), [])).rejects.toThrow('docs: expected a licence, found none')
  })

  it('are named at the head of the script', () => {
    expect(banner('1.2', ['ini', 'x'])).toBe(
      '/* Windlass 1.2, Apache-2.0. With ini, x: their licences are in licenses.txt. */\n',
    )
  })
})

describe('the Yocto layer', () => {
  it('has everything that its recipe names, and the sum of the licences', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-yocto-'))
    const input = async (name: string) => {
      await writeFile(join(folder, name), name)
      return join(folder, name)
    }
    const executables = await Promise.all(arches.map((arch) => input(`windlass-${arch}`)))
    const parts = { executables, licenses: await input('licenses.txt'), version: about.version }
    await makeYocto(parts, join(folder, 'layer'))
    const recipes = join(folder, 'layer/recipes-core/windlass')
    const recipe = await readFile(join(recipes, `windlass-agent_${about.version}.bb`), 'utf8')
    expect(recipe).toContain('file://licenses.txt;md5=0714f5678ce40fb39fb7f5631869fc7f')
    expect(recipe).not.toMatch(/@[A-Z]/)
    const named = [...recipe.matchAll(/^ {4}file:\/\/(\S+) \\$/gm)].flatMap(([, name = '']) =>
      name.includes('$') ? arches.map((arch) => name.replace(/\$\{\w+\}/, arch)) : [name],
    )
    expect((await readdir(join(recipes, 'windlass-agent'))).sort()).toEqual(named.sort())
    expect(await readdir(join(folder, 'layer/conf'))).toEqual(['layer.conf'])
  })
})

describe('the service', () => {
  const unit = file('files/windlass-agent.service')

  it('starts what the packages install, with the settings they install', () => {
    expect(unit).toContain('ExecStart=/usr/bin/windlass agent --settings /etc/updatehub.conf')
    expect(file('files/debian/conffiles')).toBe('/etc/updatehub.conf\n')
  })

  it.each(['PrivateDevices', 'DevicePolicy', 'ProtectClock', 'RestrictSUIDSGID', 'MemoryDenyWriteExecute'])(
    'has no %s, which would take from the agent what it needs',
    (key) => {
      expect(unit).not.toMatch(new RegExp(`^${key}=`, 'm'))
    },
  )
})

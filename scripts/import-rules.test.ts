import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { brokenRules, imports, mayImport } from './import-rules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('who may know whom', () => {
  it('holds in every source', () => {
    expect(brokenRules(root)).toEqual([])
  })

  it('has a rule for every workspace', () => {
    const { workspaces } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { workspaces: string[] }
    const folders = workspaces.flatMap((pattern) =>
      pattern.endsWith('/*')
        ? readdirSync(root + pattern.slice(0, -2)).map((name) => `${pattern.slice(0, -2)}/${name}`)
        : [pattern],
    )
    expect(folders.filter((folder) => !(folder in mayImport))).toEqual([])
  })

  it('sees imports of every form', () => {
    const source = `import a from 'a'\nimport type { B } from "b"\nexport { c } from 'c'\nimport 'd'
      const e = await import('e')\nimport {\n  f,\n} from 'f'\nconst text = "from 'g'"`
    expect(imports(source).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})

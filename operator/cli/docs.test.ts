import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { say } from './test-ports.ts'

const docs = join(import.meta.dirname, '../../docs')

describe('docs/cli.md', () => {
  it('has the table of exit codes as it is', async () => {
    const page = await readFile(join(docs, 'cli.md'), 'utf8')
    const rows = [...page.matchAll(/^\| (\d+) \| `(\w+)` \| (.*) \|$/gm)].map(([, code, kind, means]) => [
      kind,
      { code: Number(code), means },
    ])
    expect(Object.fromEntries(rows)).toEqual(exitCodes)
  })
})

describe('docs/package.md', () => {
  it('has a complete example, which packs', async () => {
    const page = await readFile(join(docs, 'package.md'), 'utf8')
    const cwd = await mkdtemp(join(tmpdir(), 'docs-'))
    await writeFile(join(cwd, 'release.yaml'), /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '')
    await writeFile(join(cwd, 'rootfs.ext4.gz'), gzipSync(Buffer.alloc(5000)))
    await writeFile(join(cwd, 'zImage'), 'a kernel')
    await writeFile(join(cwd, 'site-data.tar.gz'), gzipSync('a tarball'))
    expect((await say(['pack', 'release.yaml'], { cwd })).err).toMatch(/NOT SIGNED/)
    const name = '229ffd7e08721d716163fc81a2dbaf6c90d449f0a3b009b6a2defe8a0b0d7381-3.1.uhupkg'
    expect((await say(['inspect', name], { cwd })).out).toMatch(
      /1\. rootfs\.ext4\.gz {2}\(raw, .*a: \/dev\/mmcblk0p2 {3}b: \/dev\/mmcblk0p3/s,
    )
  })
})

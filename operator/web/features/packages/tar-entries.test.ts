import { pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { tarEntries } from './tar-entries.ts'

async function archiveOf(files: Record<string, string>): Promise<Blob> {
  const tar = pack()
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text)
  tar.entry({ name: 'folder', type: 'directory' })
  tar.finalize()
  return new Blob((await Array.fromAsync(tar)) as Uint8Array<ArrayBuffer>[])
}

describe('the files of a tar archive', () => {
  it('are there by name, with long names, and without folders', async () => {
    const long = `blobs/${'deep/'.repeat(20)}sha256/${'a'.repeat(64)}`
    const entries = await tarEntries(await archiveOf({ './index.json': '{}', [long]: 'x'.repeat(700) }))
    expect([...entries.keys()]).toEqual(['index.json', long])
    expect(await entries.get(long)?.text()).toBe('x'.repeat(700))
  })

  it('are refused where the archive ends before, or is no archive', async () => {
    const whole = await archiveOf({ a: 'y'.repeat(3000) })
    await expect(tarEntries(whole.slice(0, 2048))).rejects.toThrow('expected 3000 bytes of a, the archive ends before')
    await expect(tarEntries(new Blob(['\x1f\x8b'.padEnd(1024, 'z')]))).rejects.toThrow(
      'expected an uncompressed tar archive',
    )
  })
})

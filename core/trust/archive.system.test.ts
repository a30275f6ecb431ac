import { execFile } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { largeZip } from './archive-maker.ts'
import { sha256Of } from './index.ts'
import { writeArchive } from './pack.ts'
import { golden, itWith, opened, testFolder } from './test-files.ts'

const object = Buffer.from('1234567890')
const name = sha256Of(object)
const names = ['signature', 'metadata', name]

/** Runs a shell script in a folder, with the archive's path as `$A` and the entries' names as `$N`. */
async function shell(script: string, folder: string, archive: string): Promise<string> {
  const env = { ...process.env, A: archive, N: names.join(' ') }
  return (await promisify(execFile)('sh', ['-ec', script], { cwd: folder, env })).stdout
}

/** A folder with the entries of the golden package as files. */
async function unpacked(): Promise<string> {
  const folder = join(await testFolder(), 'entries')
  await mkdir(folder)
  await writeFile(join(folder, 'signature'), await golden('golden.signature'))
  await writeFile(join(folder, 'metadata'), await golden('golden.metadata.json'))
  await writeFile(join(folder, name), object)
  return folder
}

const python = (code: string) => `python3 - <<'END'
import os, zipfile
names = os.environ['N'].split()
${code}
END`

/** Program; what it does; how. */
const makers: [string, string, string][] = [
  ['zip', 'stored', 'zip -q -0 $A $N'],
  ['zip', 'deflated', 'zip -q -9 $A $N'],
  ['zip', 'without extra fields', 'zip -q -X $A $N'],
  ['zip', 'into a pipe', 'zip -q - $N | cat > $A'],
  ['zip', 'zip64 throughout', 'zip -q -fz $A $N'],
  ['python3', 'stored', python('z = zipfile.ZipFile(os.environ["A"], "w")\nfor n in names: z.write(n)\nz.close()')],
  [
    'python3',
    'deflated',
    python('z = zipfile.ZipFile(os.environ["A"], "w", zipfile.ZIP_DEFLATED)\nfor n in names: z.write(n)\nz.close()'),
  ],
  [
    'python3',
    'zip64',
    python(`z = zipfile.ZipFile(os.environ["A"], "w")
for n in names:
  with z.open(n, "w", force_zip64=True) as f: f.write(open(n, "rb").read())
z.close()`),
  ],
  [
    'python3',
    'into a pipe',
    python(`class Pipe:
  def __init__(self, f): self.write, self.flush = f.write, f.flush
with open(os.environ["A"], "wb") as f, zipfile.ZipFile(Pipe(f), "w") as z:
  for n in names: z.write(n)`),
  ],
  ['bsdtar', 'zip', 'bsdtar --format zip -cf $A $N'],
  ['bsdtar', 'zip, stored', 'bsdtar --format zip --options compression=store -cf $A $N'],
  ['bsdtar', 'tar', 'bsdtar -cf $A $N'],
  ['bsdtar', 'pax', 'bsdtar --format pax -cf $A $N'],
  ['bsdtar', 'tar.gz', 'bsdtar -czf $A $N'],
  ['bsdtar', 'tar.zst', 'bsdtar --zstd -cf $A $N'],
  ['tar', 'its own form', 'tar -cf $A $N'],
  ['tar', 'ustar', 'tar --format=ustar -cf $A $N'],
  ['tar', 'pax', 'tar --format=pax -cf $A $N'],
  ['tar', 'old GNU', 'tar --format=oldgnu -cf $A $N'],
  ['tar', 'tar.gz', 'tar -czf $A $N'],
  ['tar', 'the largest records', 'tar -b 2048 -cf $A $N'],
  ['zstd', 'tar.zst', 'tar -cf - $N | zstd -q -19 > $A'],
]

describe('an archive made by others opens:', () => {
  for (const [program, form, script] of makers) {
    itWith(program, `${program}, ${form}`, async () => {
      const folder = await unpacked()
      const out = join(folder, '..', 'out.zip')
      await shell(script, folder, out)
      const archive = await opened(out)
      const got: string[] = []
      await archive.extract([{ sha256sum: name, size: 10 }], async (_, chunks) => {
        got.push(Buffer.concat(await Array.fromAsync(chunks)).toString())
      })
      expect(got).toEqual(['1234567890'])
      expect(archive.packageUid).toBe('4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71')
      expect(archive.signature).toBe((await golden('golden.signature')).toString())
      const place = archive.locate(name)
      if (place) expect((await readFile(out)).subarray(place.at, place.at + place.size)).toEqual(object)
      await archive.close()
    })
  }
})

describe('a folder packed whole, its names beginning with "./", is refused:', () => {
  for (const program of ['tar', 'bsdtar']) {
    itWith(program, program, async () => {
      const folder = await unpacked()
      const out = join(folder, '..', 'out.tar')
      await shell(`${program} -cf $A .`, folder, out)
      await expect(opened(out)).rejects.toMatchObject({ message: expect.stringContaining('./') })
    })
  }
})

const unzipInPython = `z = zipfile.ZipFile(os.environ['A'])
assert z.testzip() is None and z.namelist() == names
z.extractall()`
const readers: [string, string, string][] = [
  ['unzip', 'whole', 'unzip -tq $A && unzip -q $A'],
  ['python3', 'whole', python(unzipInPython)],
  ['bsdtar', 'whole', 'bsdtar -xf $A'],
  ['bsdtar', 'from a pipe, so that it cannot seek', 'cat $A | bsdtar -xf -'],
]
const largeReaders: [string, string][] = [
  ['unzip', 'unzip -p $A metadata'],
  ['python3', python(`print(zipfile.ZipFile(os.environ['A']).read('metadata').decode(), end='')`)],
  ['bsdtar', 'bsdtar -xOf $A metadata'],
]

describe('our archive is read by others:', () => {
  for (const [program, how, script] of readers) {
    itWith(program, `${program}, ${how}`, async () => {
      const content = await unpacked()
      const [folder, out] = [await testFolder(), join(content, '..', 'out.uhupkg')]
      await writeArchive(out, {
        metadata: await golden('golden.metadata.json'),
        signature: (await golden('golden.signature')).toString(),
        objects: [{ sha256sum: name, size: 10, path: join(content, name) }],
      })
      await shell(script, folder, out)
      for (const entry of names) {
        expect(await readFile(join(folder, entry))).toEqual(await readFile(join(content, entry)))
      }
    })
  }

  for (const [program, script] of largeReaders) {
    itWith(program, `${program}, past 4 GiB`, async () => {
      const folder = await testFolder()
      const path = join(folder, 'large.zip')
      const file = await open(path, 'w')
      await largeZip(file, { name: sha256Of('large'), size: 5 * 1024 ** 3 }, [{ name: 'metadata', data: '{}' }])
      await file.close()
      expect(await shell(script, folder, path)).toBe('{}')
    })
  }
})

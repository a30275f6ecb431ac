import { existsSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alone, type Contestant, type Scene } from '../contestant.ts'
import { run } from '../run-program.ts'
import { certificate } from './certificate.ts'

/** A signed .swu whose image is written as it is read. */
export function swupdate(form: 'stored' | 'zstd'): Contestant {
  const name = form === 'stored' ? 'swupdate' : 'swupdate zstd'
  const bundle = (scene: Scene) => join(scene.folder, `swupdate-${form}.swu`)
  return {
    name,
    needs: { swupdate: 'swupdate', openssl: 'openssl', cpio: 'cpio' },
    prepare: (scene) => pack(scene, form, bundle(scene)),
    start: async (scene) => {
      const settings = join(scene.folder, 'swupdate.cfg')
      await writeFile(settings, 'globals : { verbose = false; loglevel = 2; };\n')
      const { cert } = await certificate(scene.folder)
      const choice = ['-k', cert, '-H', 'lab:1.0', '-e', 'stable,main', '-B', 'none', '-M', '-m']
      return alone(async (spawn) => {
        await spawn({ command: 'swupdate', args: ['-f', settings, ...choice, '-i', bundle(scene)] })
      })
    },
  }
}

async function pack(scene: Scene, form: 'stored' | 'zstd', out: string): Promise<void> {
  if (existsSync(out)) return
  const { folder, image, packed, target } = scene
  const work = join(folder, 'swupdate-parts')
  await rm(work, { recursive: true, force: true })
  await mkdir(work)
  const payload = form === 'zstd' ? packed : image
  const compressed = form === 'zstd' ? 'compressed = "zstd";' : ''
  await symlink(payload.path, join(work, 'image'))
  await writeFile(
    join(work, 'sw-description'),
    `software = { version = "2.0"; lab: { hardware-compatibility: [ "1.0" ]; stable: { main: { images: ({
      filename = "image"; device = "${target.path}"; type = "raw"; installed-directly = true;
      ${compressed} sha256 = "${payload.sha256}"; }); }; }; }; }\n`,
  )
  const { key, cert } = await certificate(folder)
  const files = ['-in', 'sw-description', '-out', 'sw-description.sig', '-signer', cert, '-inkey', key]
  const args = ['cms', '-sign', ...files, '-outform', 'DER', '-nosmimecap', '-binary']
  await run({ command: 'openssl', args, cwd: work })
  const list = 'sw-description\\nsw-description.sig\\nimage\\n'
  await run({ command: 'sh', args: ['-c', `printf '${list}' | cpio -L -o -H crc > ../part.swu`], cwd: work })
  await run({ command: 'mv', args: [join(folder, 'part.swu'), out] })
  await rm(work, { recursive: true })
}

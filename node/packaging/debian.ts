import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Arch, debianArch } from './arch.ts'
import { run } from './run.ts'

export interface DebianParts {
  arch: Arch
  version: string
  executable: string
  licenses: string
}

const files = join(import.meta.dirname, 'files')
// The highest level takes a minute more for 4 MB less.
const quickXz: readonly string[] = ['-Zxz', '-z1']

/** Makes the `.deb` in `folder` with dpkg-deb. @returns its path */
export async function makeDebian(parts: DebianParts, folder: string, compression = quickXz): Promise<string> {
  const stage = await mkdtemp(join(tmpdir(), 'windlass-deb-'))
  try {
    await place(join(files, 'windlass-agent.service'), stage, 'usr/lib/systemd/system/windlass-agent.service', '644')
    await place(join(files, 'updatehub.conf'), stage, 'etc/updatehub.conf', '644')
    await place(parts.licenses, stage, 'usr/share/doc/windlass-agent/copyright', '644')
    await place(parts.executable, stage, 'usr/bin/windlass', '755')
    for (const name of await readdir(join(files, 'debian'))) {
      await place(join(files, 'debian', name), stage, `DEBIAN/${name}`, name === 'conffiles' ? '644' : '755')
    }
    const { size } = await stat(parts.executable)
    await writeFile(join(stage, 'DEBIAN/control'), control(parts, Math.ceil(size / 1024)))
    const output = join(folder, `windlass-agent_${parts.version}_${debianArch[parts.arch]}.deb`)
    await run('chmod', ['755', stage])
    await run('dpkg-deb', ['--root-owner-group', ...compression, '--build', stage, output])
    return output
  } finally {
    await rm(stage, { recursive: true })
  }
}

async function place(from: string, stage: string, path: string, mode: string): Promise<void> {
  const to = join(stage, path)
  await mkdir(dirname(to), { recursive: true, mode: 0o755 })
  await copyFile(from, to)
  await run('chmod', [mode, to])
}

/** The libraries are those that the pinned Node is linked with. */
function control({ arch, version }: DebianParts, installedKib: number): string {
  return `Package: windlass-agent
Version: ${version}
Architecture: ${debianArch[arch]}
Maintainer: Windlass <packages@windlass.invalid>
Installed-Size: ${installedKib}
Section: admin
Priority: optional
Depends: libc6 (>= 2.28), libstdc++6 (>= 5), libgcc-s1, libatomic1, systemd
Conflicts: updatehub
Description: device agent of Windlass
 Asks a server for signed updates, installs them into the spare set of the
 device and goes back by itself when the new set does not prove itself.
 .
 windlass doctor tells whether a device is fit to be updated.
`
}

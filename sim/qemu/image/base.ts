import { chmod, copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'
import { words } from '../words.ts'
import { agentPackage, program, programOnData } from './agent.ts'
import { type Architecture, debianTree } from './debian.ts'
import { kernelFor } from './kernel.ts'
import { maskedUnits, type RootFiles, rootFiles } from './root-files.ts'
import type { System } from './system.ts'

const packages: readonly string[] = words(`
  base-files dash coreutils e2fsprogs grep sed mount util-linux systemd systemd-sysv libstdc++6 libatomic1
`)
const notForDevices: readonly string[] = words(`
  usr/share usr/lib/x86_64-linux-gnu/gconv usr/lib/aarch64-linux-gnu/gconv var boot lib/systemd/system-generators
`)
const folders = ['boot', 'data', 'dev', 'proc', 'run', 'sys', 'tmp', 'var', 'root', 'usr/share']

/**
 * What all releases have in common, as a squashfs: Debian with systemd, kernel, agent. A release is added to it as a
 * folder of its own (`release.ts`). `publicKey`: PEM file of the key whose packages the device takes.
 */
export async function baseImage(cache: Cache, system: System, publicKey: string): Promise<string> {
  const { name, architecture } = system
  const [tree, kernel, agent] = await Promise.all([
    debianTree(cache, `root-${name}`, architecture, [...packages, ...system.packages]),
    kernelFor(cache, system),
    agentPackage(cache, architecture),
  ])
  const key = await readFile(publicKey, 'utf8')
  const madeOf = [
    tree,
    kernel,
    agent,
    key,
    JSON.stringify([rootFiles, system]),
    ...maskedUnits,
    ...notForDevices,
    squash.toString(),
  ]
  return cache.keep(`base-${name}`, madeOf, async (path) => {
    const root = `${path}.root`
    await rm(root, { recursive: true, force: true })
    await cp(tree, root, { recursive: true, verbatimSymlinks: true })
    for (const folder of notForDevices) await rm(join(root, folder), { recursive: true, force: true })
    for (const folder of folders) await mkdir(join(root, folder), { recursive: true })
    await runTool('dpkg-deb', ['-x', agent, root])
    await rm(join(root, 'usr/share/doc'), { recursive: true })
    if (system.agent === 'on data') {
      await rm(join(root, program))
      await symlink(join('/data', programOnData), join(root, program))
    }
    await addOurs(root, publicKey, { ...rootFiles, ...system.files })
    for (const name of ['vmlinuz', 'initrd.img']) await copyFile(join(kernel, name), join(root, 'boot', name))
    await squash(root, path, architecture)
    await rm(root, { recursive: true })
  })
}

async function addOurs(root: string, publicKey: string, files: RootFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    await chmod(path, content.startsWith('#!') ? 0o755 : 0o644)
  }
  await copyFile(publicKey, join(root, 'usr/share/updatehub/key.pub'))
  const units = join(root, 'etc/systemd/system')
  for (const name of maskedUnits) await symlink('/dev/null', join(units, name))
  await symlink('/lib/systemd/system/multi-user.target', join(units, 'default.target'))
  await mkdir(join(units, 'multi-user.target.wants'))
  await symlink(
    '/usr/lib/systemd/system/windlass-agent.service',
    join(units, 'multi-user.target.wants/windlass-agent.service'),
  )
}

/**
 * GRUB reads the kernel out of it, which it can with lzo and not with zstd or lz4; there kernel and initial file system
 * are compressed already.
 */
async function squash(folder: string, path: string, of: Architecture): Promise<void> {
  const plain = of === 'amd64' ? ['-action', 'uncompressed@name(vmlinuz)||name(initrd.img)'] : []
  const reproducible = ['-all-root', '-mkfs-time', '0', '-all-time', '0', '-no-xattrs']
  const small = ['-comp', 'lzo', '-Xcompression-level', '5', ...plain]
  await runTool('mksquashfs', [folder, path, ...small, '-noappend', '-quiet', '-no-progress', ...reproducible])
}

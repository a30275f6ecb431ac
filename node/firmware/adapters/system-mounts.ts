import type { Files, Processes } from '@windlass/platform'
import type { Mounts } from '../objects/mounts.ts'
import { UpdateError } from '../update-error.ts'
import { parseMountinfo } from './mountinfo.ts'

const table = '/proc/self/mountinfo'
const mostTableBytes = 16 * 1024 * 1024

/** Mounts by the system's `mount` and `umount`. @throws UpdateError `install_failed` with what the program said */
export function systemMounts({ files, processes }: { files: Files; processes: Processes }): Mounts {
  const run = async (command: string, args: string[]) => {
    const { code, signal, stderr } = await processes.run({ command, args, env: { LC_ALL: 'C' } })
    if (code === 0) return
    throw new UpdateError('install_failed', `${command} ended with ${code ?? signal}: ${stderr.trim().slice(-400)}`)
  }
  return {
    list: async () => parseMountinfo(new TextDecoder().decode(await files.readFile(table, mostTableBytes))),
    mount: (source, folder, filesystem, options) =>
      run('mount', ['-t', filesystem, ...(options ? ['-o', options] : []), source, folder]),
    unmount: (folder) => run('umount', [folder]),
  }
}

import { readdir, readFile, rm } from 'node:fs/promises'
import type { Processes } from '@windlass/platform'
import { kill } from '../../children/child.ts'

/** Ends what was started with this folder, services and their supervisors too, and removes it. */
export async function removeAll(root: string, processes: Processes): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(root)) kill(Number(pid), 'SIGKILL')
  }
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '')
  for (const mount of mounts.filter((path) => path.startsWith(`${root}/`)).reverse()) {
    await processes.run({ command: 'umount', args: ['--lazy', mount] }, AbortSignal.timeout(30_000))
  }
  await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

import type { Files, Processes, Random } from '@windlass/platform'
import type { Host } from '../update/ports.ts'
import { UpdateError } from '../update-error.ts'

const timeoutMs = 60_000

/** This machine: its kernel's boot id, and the `reboot` found through PATH. */
export async function systemHost(ports: { files: Files; processes: Processes; random: Random }): Promise<Host> {
  return {
    life: { boot: await bootId(ports.files), process: Buffer.from(ports.random.bytes(8)).toString('hex') },
    async reboot(stop) {
      const ended = await ports.processes.run({ command: 'reboot', timeoutMs }, stop).catch((cause: unknown) => {
        stop.throwIfAborted()
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new UpdateError('reboot_failed', `reboot: cannot be run: ${why}`, { cause })
      })
      if (ended.code === 0) return
      const how = ended.timedOut ? `no end after ${timeoutMs / 1000} s` : `exit status ${ended.code ?? ended.signal}`
      throw new UpdateError('reboot_failed', `reboot: expected exit status 0, got ${how} ${ended.stderr.trim()}`.trim())
    },
  }
}

async function bootId(files: Files): Promise<string> {
  const bytes = await files.readFile('/proc/sys/kernel/random/boot_id', 64)
  return new TextDecoder().decode(bytes).trim()
}

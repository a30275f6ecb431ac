import { systemClock } from '@windlass/platform'
import { DemoError, type DemoErrorCode } from './demo-error.ts'
import { type Options, readOptions, usage } from './options.ts'
import { screenOn } from './screen/screen.ts'
import { up } from './up.ts'

const exitCodes: Record<DemoErrorCode, number> = {
  story_failed: 1,
  usage: 64,
  child_failed: 69,
  data_unusable: 73,
  already_running: 75,
}

/** `windlass up`. Resolves to the exit code; nothing is left running then. */
export async function main(argv: string[]): Promise<number> {
  try {
    const options: Options = readOptions(argv)
    if (options.help) {
      process.stdout.write(usage)
      return 0
    }
    const screen = screenOn(process.stdout, systemClock, { json: options.json, env: process.env })
    if (options.qemu) return await (await import('./qemu/up-qemu.ts')).upQemu(options, screen)
    return await up(options, screen)
  } catch (error) {
    process.stderr.write(`windlass up: ${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof DemoError ? exitCodes[error.code] : exitCodes.story_failed
  }
}

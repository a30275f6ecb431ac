import { once } from 'node:events'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, start } from '../install/run-program.ts'

/**
 * Containers with one root, made ready and then started bare by the runtime, one after another, and removed.
 * @returns milliseconds from the first command to the end of the last
 */
export async function startBare(folder: string, runtime: string, count: number): Promise<number> {
  const root = join(folder, 'rootfs')
  for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp']) await mkdir(join(root, name), { recursive: true })
  for (const name of ['sh', 'sleep']) await copyFile('/bin/busybox', join(root, 'bin', name))
  await run({ command: runtime, args: ['spec', '--bundle', folder] })
  const { default: spec } = (await import(join(folder, 'config.json'), { with: { type: 'json' } })) as {
    default: { process: object }
  }
  const ids = Array.from({ length: count }, (_, i) => `bare-${process.pid}-${i}`)
  for (const id of ids) {
    await mkdir(join(folder, id))
    const args = ['/bin/sh', '-c', 'while :; do sleep 5; done']
    const whole = { ...spec, process: { ...spec.process, terminal: false, args }, root: { path: root, readonly: true } }
    await writeFile(join(folder, id, 'config.json'), JSON.stringify(whole))
  }
  const state = ['--root', join(folder, 'state')]
  try {
    const from = performance.now()
    for (const id of ids) {
      // Not `run`: the container keeps what it inherits open.
      const child = start({ command: runtime, args: [...state, 'run', '--detach', '--bundle', join(folder, id), id] })
      const [code] = await once(child, 'exit')
      if (code !== 0) throw new Error(`expected ${runtime} to start ${id}, got exit status ${code}`)
    }
    return performance.now() - from
  } finally {
    for (const id of ids)
      await run({ command: runtime, args: [...state, 'delete', '--force', id] }).catch(() => undefined)
  }
}

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Command, Processes } from '@windlass/platform'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeUbi } from './fake-flash.ts'
import { imxkobs } from './imxkobs.ts'
import { Bench, run, withTools } from './loop-devices.ts'
import { equalBytes, fakePorts, never, noProgress, rawObject, someBytes } from './objects-fixture.ts'
import type { ObjectPorts } from './port.ts'
import { ubifs } from './ubifs.ts'
import { ubootEnv } from './uboot-env.ts'

/** Real programs, but these names stand for other commands. */
function instead(real: Processes, others: Readonly<Record<string, (command: Command) => Command>>): Processes {
  const put = (command: Command) => others[command.command]?.(command) ?? command
  return {
    run: (command, stop) => real.run(put(command), stop),
    stream: (command, stop) => real.stream(put(command), stop),
    find: async (name) => (name in others ? name : real.find(name)),
  }
}

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})
afterEach(() => bench.close())

function script(name: string, text: string): string {
  const path = join(bench.folder, name)
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

function common(stored: Uint8Array) {
  const { filename, size, sha256sum } = rawObject(stored)
  return { filename, size, sha256sum }
}

const [[, noFwSetenv] = ['', '']] = withTools(['fw_setenv'], (name) => name)

describe.skipIf(noFwSetenv !== '')(`uboot-env with the real fw_setenv on a redundant environment${noFwSetenv}`, () => {
  const bytes = 0x4000
  let config: string
  let environment: string
  let ports: ObjectPorts

  beforeEach(() => {
    environment = join(bench.folder, 'env.bin')
    config = join(bench.folder, 'fw_env.config')
    writeFileSync(environment, '')
    truncateSync(environment, 2 * bytes)
    writeFileSync(config, `${environment} 0x0 0x4000\n${environment} 0x4000 0x4000\n`)
    const defaults = join(bench.folder, 'defaults')
    writeFileSync(defaults, 'bootcmd=run old\nupdatehub_active=1\nstale=x\n')
    run('fw_setenv', '-c', config, '-f', defaults, 'made', '1')
    ports = { ...bench.ports, bootEnvironment: config }
  })

  const install = async (text: string) => {
    const stored = Buffer.from(text)
    const object = { mode: 'uboot-env' as const, ...common(stored) }
    await ubootEnv.check(object, ports)
    return ubootEnv.install(object, bench.payload(stored), ports, noProgress, never)
  }
  const variables = () => run('fw_printenv', '-c', config).split('\n').sort()

  it('sets all variables in one write, which the older copy survives', async () => {
    await install('bootcmd=run a=b; boot "it"\nstale=\nfdtfile=board.dtb\nupdatehub_active=0\n')
    const after = ['bootcmd=run a=b; boot "it"', 'fdtfile=board.dtb', 'made=1', 'updatehub_active=1']
    expect(variables()).toEqual(after)
    const copies = readFileSync(environment)
    const changed = [copies.subarray(0, bytes), copies.subarray(bytes)].map((copy) =>
      copy.includes('fdtfile=board.dtb'),
    )
    expect(changed.filter(Boolean)).toHaveLength(1)
    copies.fill(0, changed[0] === true ? 0 : bytes, changed[0] === true ? bytes : 2 * bytes)
    writeFileSync(environment, copies)
    expect(variables()).toEqual(['bootcmd=run old', 'made=1', 'stale=x', 'updatehub_active=1'])
  })

  it('says so when the environment cannot be written', async () => {
    truncateSync(environment, 0)
    await expect(install('a=1\n')).rejects.toMatchObject({ code: 'install_failed' })
  })
})

describe('ubifs with a program that counts its bytes as ubiupdatevol does', () => {
  const plain = someBytes(300_000)
  const ubiports = () => {
    const { files, mounts, processes } = fakePorts()
    const ubi = new FakeUbi(files, 0, 3, { rootfs: 30 })
    processes.programs.set('ubinfo', (call) => ubi.ubinfo(call))
    const update = script(
      'ubiupdatevol',
      `: > ${bench.folder}/torn
       head -c "$3" > ${bench.folder}/volume
       [ "$(stat -c %s ${bench.folder}/volume)" = "$3" ] || exit 255
       rm ${bench.folder}/torn`,
    )
    const real = instead(bench.ports.processes, { ubiupdatevol: (command) => ({ ...command, command: update }) })
    const byName: Processes = {
      run: (command, stop) => (command.command === 'ubinfo' ? processes.run(command, stop) : real.run(command, stop)),
      stream: real.stream,
      find: async (name) => name,
    }
    return { facts: files, ports: { ...bench.ports, mounts, processes: byName } }
  }

  it.each([
    ['as it is', plain],
    ['unpacked', gzipSync(plain)],
  ])('gives it the payload %s', async (_, stored) => {
    const { facts, ports } = ubiports()
    const compressed = stored !== plain
    const object = { mode: 'ubifs', ...common(stored), targetType: 'ubivolume', target: 'rootfs' } as const
    const payload = bench.payload(stored)
    const files = { ...ports.files, list: facts.list.bind(facts), readFile: facts.readFile.bind(facts) }
    await ubifs.install({ ...object, compressed, uncompressedSize: 0 }, payload, { ...ports, files }, noProgress, never)
    expect(equalBytes(readFileSync(join(bench.folder, 'volume')), plain)).toBe(true)
    expect(existsSync(join(bench.folder, 'torn'))).toBe(false)
  })

  it('keeps the end of a spoilt payload from it, so that the volume stays torn', async () => {
    const { facts, ports } = ubiports()
    const object = { mode: 'ubifs', ...common(plain), targetType: 'ubivolume', target: 'rootfs' } as const
    const spoilt = bench.payload(someBytes(plain.length, 2))
    const files = { ...ports.files, list: facts.list.bind(facts), readFile: facts.readFile.bind(facts) }
    const whole = { ...object, compressed: false, uncompressedSize: 0 }
    const refused = ubifs.install(whole, spoilt, { ...ports, files }, noProgress, never)
    await expect(refused).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(existsSync(join(bench.folder, 'torn'))).toBe(true)
    expect(statSync(join(bench.folder, 'volume')).size).toBeLessThan(plain.length)
  })
})

describe('imxkobs with a recorded stand-in', () => {
  it('hands it a file that holds the payload and nothing else', async () => {
    const stored = someBytes(100_000)
    const kobs = script('kobs-ng', `echo "$@" > ${bench.folder}/line; cp "$2" ${bench.folder}/stream`)
    const processes = instead(bench.ports.processes, { 'kobs-ng': (command) => ({ ...command, command: kobs }) })
    const none = { padding1k: false, searchExponent: 2, chip0DevicePath: null, chip1DevicePath: null, unless: null }
    const object = { mode: 'imxkobs' as const, ...common(stored), ...none }
    const ports = { ...bench.ports, processes }
    await imxkobs.check(object, ports)
    await imxkobs.install(object, bench.payload(stored), ports, noProgress, never)
    expect(equalBytes(readFileSync(join(bench.folder, 'stream')), stored)).toBe(true)
    expect(readFileSync(join(bench.folder, 'line'), 'utf8')).toMatch(/^init \S+ --search_exponent=2 -v\n$/)
    expect(spawnSync('ls', [join(bench.folder, 'scratch')], { encoding: 'utf8' }).stdout).toBe('')
  })
})

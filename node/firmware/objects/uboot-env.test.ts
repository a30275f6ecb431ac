import { ended, type FakeCall } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { fakePorts, never, noProgress, placedAt, rawObject } from './objects-fixture.ts'
import { ubootEnv } from './uboot-env.ts'

// libubootenv, and U-Boot's own program.
const dialects = {
  equals: { lineOf: /^([^=]+)=(.*)$/, help: ' -f, --defenv <filename>\n -s, --script <filename>\n' },
  blank: { lineOf: /^(\S+) ?(.*)$/, help: ' -s, --script  batch mode to minimize writes\n' },
}

function board({ lineOf, help } = dialects.equals) {
  const environment = new Map([
    ['bootcmd', 'run old'],
    ['updatehub_active', '1'],
    ['stale', 'x'],
  ])
  const ports = fakePorts()
  ports.processes.programs.set('fw_setenv', ({ args: [flag, path = ''] }: FakeCall) => {
    if (flag === '--help') return ended({ stdout: help })
    const lines = new TextDecoder().decode(ports.files.peek(path)).split('\n')
    for (const line of lines) {
      const [, name, value] = lineOf.exec(line) ?? []
      if (name !== undefined && value) environment.set(name, value)
      else if (name !== undefined) environment.delete(name)
    }
    return ended()
  })
  return { ...ports, environment }
}

/** With the program that shows what became of it. */
function withPrinting(ports: ReturnType<typeof board>) {
  const print = () => ended({ stdout: [...ports.environment].map(([name, value]) => `${name}=${value}\n`).join('') })
  ports.processes.programs.set('fw_printenv', print)
  return ports
}

function objectOf(text: string | Uint8Array) {
  const stored = Buffer.from(text)
  const { size, sha256sum } = rawObject(stored)
  return { object: { mode: 'uboot-env' as const, filename: 'board.env', size, sha256sum }, stored }
}

function install(ports: ReturnType<typeof board>, text: string) {
  const { object, stored } = objectOf(text)
  return ubootEnv.install(object, placedAt(ports.files, stored), ports, noProgress, never)
}

describe('uboot-env', () => {
  it('sets and removes variables in one call, and leaves the payload to the scripts', async () => {
    const ports = board()
    const text = '# board 2\nbootcmd=run a=b; boot\r\n\nstale=\nfdtfile=am335x.dtb\n'
    expect(await install(ports, text)).toBe('installed')
    expect(Object.fromEntries(ports.environment)).toEqual({
      bootcmd: 'run a=b; boot',
      updatehub_active: '1',
      fdtfile: 'am335x.dtb',
    })
    expect(ports.processes.calls.map(({ args }) => args[0])).toEqual(['--help', '--script'])
    expect(Buffer.from(ports.files.peek('/tmp/updatehub.defenv')).toString()).toBe(text)
    expect(await ports.files.list('/run/windlass')).toEqual([])
  })

  it.each(['equals', 'blank'] as const)('speaks to either fw_setenv: %s', async (dialect) => {
    const ports = withPrinting(board(dialects[dialect]))
    await install(ports, 'bootcmd=run new\nstale=\n')
    expect(Object.fromEntries(ports.environment)).toEqual({ bootcmd: 'run new', updatehub_active: '1' })
    const calls = ports.processes.calls.length
    await install(ports, 'bootcmd=run new\nstale=\n')
    expect(ports.processes.calls.slice(calls).map(({ command }) => command)).toEqual(['fw_printenv'])
  })

  it('fails when nothing came of it', async () => {
    const ports = withPrinting(board({ ...dialects.equals, lineOf: /^never$/ }))
    await expect(install(ports, 'a=1\n')).rejects.toThrow('the environment is not as it was to be')
  })

  it('does not let a package say which set is started', async () => {
    const ports = board()
    await install(ports, 'updatehub_active=0\nupgrade_available=0\nbootcount=9\nBOOT_ORDER=B A\nBOOT_A_LEFT=0\nx=1\n')
    expect(Object.fromEntries(ports.environment)).toEqual({
      bootcmd: 'run old',
      updatehub_active: '1',
      stale: 'x',
      x: '1',
    })
  })

  it('refuses lines that fw_setenv would pass over, and sets nothing then', async () => {
    for (const text of ['bootcmd=1\nbootdelay 3\n', '=x\n', 'a b=c\n', 'a=b\0c=d\0']) {
      const ports = board()
      await expect(install(ports, text)).rejects.toMatchObject({ code: 'install_failed' })
      expect(ports.processes.calls).toEqual([])
    }
    await expect(install(board(), 'a=1\nbootdelay 3\n')).rejects.toThrow('board.env line 2: expected name=value')
  })

  it('refuses a payload that changed, and one that is no environment by its size', async () => {
    const ports = board()
    const { object } = objectOf('a=1\n')
    const payload = placedAt(ports.files, Buffer.from('a=2\n'))
    const refused = ubootEnv.install(object, payload, ports, noProgress, never)
    await expect(refused).rejects.toMatchObject({ code: 'object_mismatch' })
    expect(ports.processes.calls).toEqual([])
    const large = ubootEnv.check({ ...object, size: 2 ** 20 + 1 }, ports)
    await expect(large).rejects.toMatchObject({ code: 'requirement_failed' })
  })

  it('D23 needs a fw_setenv that knows --script', async () => {
    const ports = board()
    const { object } = objectOf('a=1\n')
    await expect(ubootEnv.check(object, ports)).resolves.toBeUndefined()
    ports.processes.programs.set('fw_setenv', () => ended({ stdout: 'usage: fw_setenv name value\n' }))
    await expect(ubootEnv.check(object, ports)).rejects.toMatchObject({ code: 'requirement_failed' })
    ports.processes.programs.delete('fw_setenv')
    await expect(ubootEnv.check(object, ports)).rejects.toMatchObject({ code: 'tool_missing' })
  })
})

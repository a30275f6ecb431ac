import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const door = join(import.meta.dirname, '../../bin/windlass')
/** What a shell has that knows nothing of this repository: the machine's own Node, of whatever age. */
const plain = { PATH: '/usr/local/bin:/usr/bin:/bin' }

interface Ended {
  code: number | null
  out: string
  err: string
}

function start(argv: readonly string[], cwd = tmpdir(), command = door): ChildProcess {
  return spawn(command, argv, { cwd, env: plain, stdio: ['pipe', 'pipe', 'pipe'] })
}

async function end(child: ChildProcess): Promise<Ended> {
  const ended = { out: '', err: '' }
  child.stdout?.on('data', (chunk: Buffer) => (ended.out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (ended.err += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, ...ended }
}

const windlass = (...argv: string[]): Promise<Ended> => end(start(argv))

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20)
}

function children(pid: number | undefined): number[] {
  const list = execFileSync('cat', [`/proc/${pid}/task/${pid}/children`], { encoding: 'utf8' })
  return list.trim().split(' ').filter(Boolean).map(Number)
}

describe('bin/windlass, started directly under the machine’s own Node', () => {
  it('prints its version', async () => {
    expect(await windlass('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' })
  })

  it('works through a symlink from elsewhere', async () => {
    const link = join(await mkdtemp(join(tmpdir(), 'link-')), 'wl')
    await symlink(door, link)
    expect(await end(start(['--version'], '/', link))).toMatchObject({ code: 0, out: '0.1.0\n' })
  })

  it.each([[[]], [['rollout']]])('%j prints the usage on stderr and ends with 64', async (argv) => {
    const { code, out, err } = await windlass(...argv)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toMatch(/^windlass: .*\nUsage: windlass/)
  })

  it('makes keys, packs, inspects and verifies', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'door-'))
    const json = async (...argv: string[]): Promise<unknown> =>
      JSON.parse((await end(start([...argv, '--json'], cwd))).out)
    await writeFile(join(cwd, 'hello.bin'), '1234567890')
    const product = '229ffd7e08721d716163fc81a2dbaf6c90d449f0a3b009b6a2defe8a0b0d7381'
    const object = ['--mode', 'test', '--file', 'hello.bin', '--target', '/dev/null']
    await json('keys', 'new', '--bits', '2048', '-o', 'keys')
    await json('pack', '--product', product, '--version', '2.0', ...object, '-o', 'p', '-k', 'keys/private.pem')
    const packageUid = '4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71'
    expect(await json('inspect', 'p')).toMatchObject({ packageUid, problems: [] })
    expect(await json('verify', 'p', '-k', 'keys/public.pem')).toMatchObject({ packageUid, holds: true })
  })

  it('ends with 130 on SIGINT while it packs, and leaves no half-written file', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'door-'))
    await writeFile(join(cwd, 'image'), '')
    await truncate(join(cwd, 'image'), 300 * 1024 ** 2)
    const object = ['--mode', 'raw', '--file', 'image', '--target', '/dev/null']
    const child = start(['pack', '--product', 'a'.repeat(64), '--version', '1', ...object, '-o', 'p'], cwd)
    const ended = end(child)
    await until(() => existsSync(join(cwd, 'p.part')))
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 130, out: '', err: 'windlass: stopped\n' })
    expect(await readdir(cwd)).toEqual(['image'])
  })
})

describe('bin/windlass, while it watches an agent', () => {
  let asked = 0
  const agent = createServer((_, answer) => {
    asked += 1
    answer.end('{"entries":[]}')
  })
  let watch: string[] = []
  beforeAll(async () => {
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve))
    const address = agent.address()
    watch = ['device', 'log', '--watch', '--device', `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`]
  })
  afterAll(() => agent.close())

  async function watching(command = door, argv: readonly string[] = watch): Promise<ChildProcess> {
    const before = asked
    const child = start(argv, tmpdir(), command)
    await until(() => asked > before)
    return child
  }

  it('ends with 130 on SIGINT', async () => {
    const child = await watching()
    child.kill('SIGINT')
    expect(await end(child)).toEqual({ code: 130, out: '', err: 'windlass: stopped\n' })
  })

  it.skipIf(!existsSync('/usr/bin/script'))(
    'obeys Ctrl-C at a terminal (skipped without /usr/bin/script)',
    async () => {
      const child = await watching('/usr/bin/script', ['-qec', [door, ...watch].join(' '), '/dev/null'])
      child.stdin?.write('\x03')
      const { code, out } = await end(child)
      expect(code).toBe(130)
      expect(out).toMatch(/windlass: stopped\r\n$/)
    },
  )

  it('is gone when the launcher is killed', async () => {
    const child = await watching()
    const [program] = children(child.pid)
    child.kill('SIGKILL')
    await end(child)
    // Where the machine's own Node is new enough, there is no second process.
    if (program !== undefined)
      await until(async () => isGone(await readFile(`/proc/${program}/stat`, 'utf8').catch(() => '')))
  })
})

/** Nothing, or a process that only waits for its exit code to be read. */
function isGone(stat: string): boolean {
  return stat === '' || /\) Z /.test(stat)
}

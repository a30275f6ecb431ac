import { describe, expect, it } from 'vitest'
import { allCommands } from './commands/index.ts'
import { exitCodes } from './exit-codes.ts'
import { say } from './test-ports.ts'

const uid = 'ab'.repeat(32)

describe('windlass', () => {
  it('without a command prints the usage on stderr and ends with 64', async () => {
    const { code, out, err } = await say([])
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toMatch(/^windlass: expected a command, got none\nUsage: windlass/)
  })

  it('--help names every command, every place and every exit code on stdout', async () => {
    const { code, out, err } = await say(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const { name } of allCommands) expect(out).toContain(`  ${name.split(' ')[0]} `)
    for (const { code, means } of Object.values(exitCodes)) expect(out).toContain(`${String(code).padEnd(4)} ${means}`)
    expect(out).toMatch(/fleet +The server/)
  })

  it('--help is no wider than the terminal, and tells a place from the commands of its name', async () => {
    const stdout = { text: '', write: (text: string) => (stdout.text += text), columns: 60 }
    expect((await say(['--help'], { stdout })).code).toBe(0)
    const [, help = ''] = /^(.*)Exit codes:/s.exec(stdout.text) ?? ['', stdout.text]
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
    expect((await say(['--help'])).out).toMatch(/unit +Its manager\. One unit, through its update scheduler/)
  })

  it('--version prints the version', async () => {
    expect(await say(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' })
  })

  it('suggests what an unknown command may have meant, places too', async () => {
    const { code, err } = await say(['flet'])
    expect(code).toBe(64)
    expect(err).toBe("windlass: unknown command 'flet'; did you mean fleet?; see windlass --help\n")
    expect((await say(['rollout', 'strat'])).err).toMatch(/did you mean start\?; see windlass rollout --help\n$/)
  })

  it('shows the help of every command, by its whole name', async () => {
    for (const { name, description } of allCommands) {
      const { code, out } = await say([...name.split(' '), '--help'])
      expect({ name, code }).toEqual({ name, code: 0 })
      expect(out).toContain(`Usage: windlass ${name} [options]`)
      expect(out.replace(/\s+/g, ' ')).toContain(description)
      expect(out).toContain('--json')
    }
  })

  it('refuses a wrong option in one line', async () => {
    const { code, err } = await say(['list', '--flet', 'x'])
    expect({ code, err }).toEqual({ code: 64, err: "windlass: unknown option '--flet'; did you mean --fleet?\n" })
  })

  it.each([
    [['verify', 'x.uhupkg'], /expected -k, --key <file>/],
    [['keys', 'new', '--bits', '512'], /--bits <number>: expected 2048, 3072, 4096, 8192, got 512/],
    [['rollout', 'watch', 'abc'], /<id>: expected a whole number/],
    [['list', '--fleet', 'nonsense'], /--fleet: expected an address such as http:\/\/localhost:8000, got nonsense/],
    [['inspect'], /expected a package or --metadata FILE, got none/],
    [['pack'], /expected a description, or --mode/],
    [['pack', '--mode', 'raw'], /expected --product, --version, --file, --target too, got none; see windlass pack/],
    [['pack', '--product', uid, '--version', '1', '--mode', 'uboot-env'], /expected --file too, got none/],
    [['devices', 'label', 'ab12', '=x'], /expected a label as key=value, got =x/],
    [['rollout', 'start'], /expected <package> \(.+\), got none; see windlass rollout start --help/],
    [['keys'], /expected a command, got none/],
  ])('%j is a usage error', async (argv, message) => {
    const { code, err } = await say(argv)
    expect(code).toBe(64)
    expect(err).toMatch(message)
  })

  it('says of a file that is not there which, with 66', async () => {
    const { code, err } = await say(['inspect', 'none.uhupkg'])
    expect(code).toBe(66)
    expect(err).toMatch(/^windlass: .*\/nowhere\/none\.uhupkg.*\n$/)
  })

  it('says in words what the disk says', async () => {
    const { code, err } = await say(['publish', 'none.uhupkg'])
    expect({ code, err }).toEqual({
      code: 66,
      err: 'windlass: /nowhere/none.uhupkg: expected to read it, got no such file or folder\n',
    })
  })

  it('with --json prints an error as one document too', async () => {
    const said = await say(['devices', '--json'])
    expect(said.code).toBe(69)
    expect(said.document()).toEqual({
      error: { kind: 'unavailable', code: 69, message: expect.stringMatching(/expected a fleet/) },
    })
    expect(said.err).toMatch(
      /^windlass: expected a fleet at http:\/\/localhost:8000, got: .*; start one with `windlass fleet`.*\n$/,
    )
  })
})

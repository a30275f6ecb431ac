import { describe, expect, it } from 'vitest'
import type { Processes } from './processes.ts'

/** What every Processes promises, shown with the programs `cat`, `echo`, `false` and `sleep`. */
export function testProcesses(name: string, make: () => Processes): void {
  const bytes = (text: string) => new TextEncoder().encode(text)

  describe(`${name} as processes`, () => {
    it('gives what a program said and how it ended', async () => {
      expect(await make().run({ command: 'echo', args: ['a', 'b c'] })).toEqual({
        code: 0,
        signal: null,
        stdout: 'a b c\n',
        stderr: '',
        truncated: false,
        timedOut: false,
      })
      expect(await make().run({ command: 'false' })).toMatchObject({ code: 1, signal: null })
    })

    it('feeds the input, whole or in pieces', async () => {
      const pieces = async function* () {
        yield bytes('one ')
        yield bytes('two')
      }
      expect(await make().run({ command: 'cat', input: bytes('whole') })).toMatchObject({ stdout: 'whole' })
      expect(await make().run({ command: 'cat', input: pieces() })).toMatchObject({ stdout: 'one two' })
    })

    it('drops the output beyond the bound and says so', async () => {
      const how = await make().run({ command: 'cat', input: bytes('123456'), maxOutputBytes: 4 })
      expect(how).toMatchObject({ code: 0, stdout: '1234', truncated: true })
    })

    it('rejects when there is no such program', async () => {
      const missing = { name: 'ProcessError', code: 'not_found' }
      await expect(make().run({ command: 'no-such-program' })).rejects.toMatchObject(missing)
      await expect(Array.fromAsync(make().stream({ command: 'no-such-program' }))).rejects.toMatchObject(missing)
    })

    it('rejects with the reason of the signal', async () => {
      const stop = new AbortController()
      const run = make().run({ command: 'sleep', args: ['60'] }, stop.signal)
      stop.abort(new Error('enough'))
      await expect(run).rejects.toThrow('enough')
      await expect(make().run({ command: 'echo' }, stop.signal)).rejects.toThrow('enough')
    })

    it('rejects when the input breaks', async () => {
      const broken = async function* () {
        yield bytes('one')
        throw new Error('no more input')
      }
      await expect(make().run({ command: 'cat', input: broken() })).rejects.toThrow('no more input')
    })

    it('streams the output and rejects after it when the program failed', async () => {
      const pieces = await Array.fromAsync(make().stream({ command: 'cat', input: bytes('abc') }))
      expect(Buffer.concat(pieces).toString()).toBe('abc')
      const failed = { name: 'ProcessError', code: 'failed' }
      await expect(Array.fromAsync(make().stream({ command: 'false' }))).rejects.toMatchObject(failed)
    })

    it('finds programs', async () => {
      expect(await make().find('cat')).toMatch(/^\/.*\/cat$/)
      expect(await make().find('no-such-program')).toBeUndefined()
    })
  })
}

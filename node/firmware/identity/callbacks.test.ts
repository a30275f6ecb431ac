import { createLog } from '@windlass/platform'
import { ended, FakeClock, FakeFiles, FakeProcesses, type FakeProgram } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { scriptCallbacks } from './callbacks.ts'

const never = new AbortController().signal

function callbacks(program?: FakeProgram) {
  const files = new FakeFiles()
  const processes = new FakeProcesses({}, new FakeClock({ auto: true }))
  const said: string[] = []
  const log = createLog([({ text }) => said.push(text)], () => 0)
  for (const name of ['state-change-callback', 'validate-callback', 'rollback-callback']) {
    if (!program) continue
    files.put(`/meta/${name}`, '#!/bin/sh', 0o755)
    processes.programs.set(`/meta/${name}`, program)
  }
  return { ...scriptCallbacks('/meta', 60_000, { files, processes, log }), said, calls: processes.calls }
}

describe('a callback', () => {
  it('that is not there agrees', async () => {
    const { stateChange, validate, rollback } = callbacks()
    expect(await stateChange('download', never)).toBe('go')
    await validate(never)
    await rollback(never)
  })

  it('C6 may cancel, and is told the state', async () => {
    const { stateChange, calls } = callbacks(() => ended({ stdout: ' cancel\n' }))
    expect(await stateChange('download', never)).toBe('cancel')
    expect(calls[0]?.args).toEqual(['download'])
  })

  it('C9 that says anything else fails', async () => {
    await expect(callbacks(() => ended({ stdout: 'try_again 5' })).stateChange('install', never)).rejects.toThrow(
      'expected "cancel" or nothing, got "try_again 5"',
    )
  })

  it('that fails is quoted with its last words', async () => {
    const { validate, said } = callbacks(() => ended({ code: 1, stderr: 'looking\ngateway: no uplink\n' }))
    await expect(validate(never)).rejects.toThrow(
      'validate-callback: expected exit status 0, got 1: gateway: no uplink',
    )
    expect(said).toEqual(['looking', 'gateway: no uplink'])
  })

  it('that does not end is killed and counts as failed (W16)', async () => {
    await expect(callbacks(() => new Promise(() => {})).validate(never)).rejects.toThrow('killed after 60 s')
  })

  it('that cannot be run counts as failed', async () => {
    const files = new FakeFiles()
    files.put('/meta/validate-callback', 'not executable')
    const ports = { files, processes: new FakeProcesses(), log: createLog([], () => 0) }
    await expect(scriptCallbacks('/meta', 1, ports).validate(never)).rejects.toThrow('cannot be run')
  })
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, nodeFiles, nodeProcesses, systemClock, systemRandom } from '@windlass/platform'
import { FakeHttp, FakeRpc } from '@windlass/platform/fakes'
import { afterAll, describe, expect, it } from 'vitest'
import { FakeSockets } from './cloud/fake-sockets.ts'
import { runUnit } from './run-unit.ts'
import { readSettings } from './settings.ts'
import type { WorldPorts } from './world.ts'

describe('a unit on a real disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-unit-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const database = join(folder, 'unit.db')
  const settings = readSettings(
    join(folder, 'unit.json'),
    JSON.stringify({ systemId: 'boat-1', workingDir: '.', fileServerUrl: '127.0.0.1:0' }),
  )

  /** Runs it until it has its records and its certificates. @returns what its log says */
  async function run(): Promise<string[]> {
    const lines: string[] = []
    const world: WorldPorts = {
      files: nodeFiles,
      clock: systemClock,
      random: systemRandom,
      log: createLog([({ text }) => lines.push(text)], () => 0),
      processes: nodeProcesses(systemClock),
      rpc: new FakeRpc(),
      sockets: new FakeSockets(() => 'refused'),
      http: () => new FakeHttp({}, systemClock),
      removeTree: async () => undefined,
    }
    const stop = new AbortController()
    const ended = runUnit(settings, world, stop.signal, () => stop.abort(new DOMException('enough', 'AbortError')))
    await ended
    return lines
  }

  it('begins its records anew where the disk damaged them, and keeps who it is', async () => {
    await run()
    const authority = readFileSync(join(folder, 'identity', 'unit-authority.pem'), 'utf8')
    expect(await run()).not.toContain('records set aside')
    const bytes = readFileSync(database)
    bytes.fill(0, 2 * 4096, 4 * 4096)
    writeFileSync(database, bytes)
    expect(await run()).toContain('records set aside')
    expect(readFileSync(`${database}.old`)).toEqual(bytes)
    expect(await run()).not.toContain('records set aside')
    expect(readFileSync(join(folder, 'identity', 'unit-authority.pem'), 'utf8')).toBe(authority)
  })
})

import { createHash } from 'node:crypto'
import { normalize } from 'node:path'
import { aosCodes, type StateIdent } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { ended, FakeClock, FakeFiles, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { checksumOf, defaultForm, formOf } from './checksum.ts'
import { folderOf } from './paths.ts'
import type { StateFact } from './ports.ts'
import { SetQuota } from './set-quota.ts'
import { UnitStates } from './unit-states.ts'

const ident: StateIdent = { itemId: 'web', subjectId: 'driver', index: 0 }
const path = '/states/web/driver/0/state.dat'
const owner = { uid: 5000, gid: 5001 }
const text = (content: string) => new TextEncoder().encode(content)
const sum = (content: string) => checksumOf(text(content), defaultForm)

class Scene {
  readonly clock = new FakeClock()
  readonly files = new FakeFiles({ now: () => this.clock.now() })
  readonly sent: StateFact[] = []
  readonly limits: string[] = []
  readonly removed: string[] = []
  readonly database = openDatabase(':memory:')
  states = this.#started()

  async set(quotas = { state: 100 }): Promise<this> {
    await this.files.makeFolder('/storages')
    await this.files.makeFolder('/states')
    void this.states.watchFiles(new AbortController().signal)
    await this.states.prepare(ident, quotas, owner)
    return this
  }

  restart(): void {
    this.states = this.#started()
  }

  async write(content: string): Promise<void> {
    const file = await this.files.open(path, 'create')
    await file.write(text(content), 0)
    await file.close()
  }

  async content(): Promise<string> {
    return new TextDecoder().decode(await this.files.readFile(path, 100))
  }

  #started(): UnitStates {
    const { files, clock, database } = this
    const limit = async (folder: string, uid: number, bytes: number) => {
      this.limits.push(`${folder} ${uid} ${bytes}`)
      return true
    }
    return new UnitStates(
      {
        files,
        clock,
        database,
        log: createLog([], () => clock.now()),
        send: (fact) => this.sent.push(fact),
        quotas: { limit },
        removeTree: async (folder) => void this.removed.push(folder),
      },
      { storageDir: '/storages', stateDir: '/states' },
    )
  }
}

describe('folders of an instance', () => {
  it('are its own, and its quotas are one where they lie on one filesystem', async () => {
    const s = new Scene()
    await s.set({ state: 100 })
    await s.states.prepare(ident, { storage: 200, state: 100 }, owner)
    expect(await s.files.facts('/storages/web/driver/0')).toMatchObject({ kind: 'folder', mode: 0o700, ...owner })
    expect(await s.files.facts(path)).toMatchObject({ kind: 'file', mode: 0o600, ...owner })
    expect(s.limits).toEqual(['/storages 5000 100', '/storages 5000 300'])
  })

  it('are named relatively, and only where there is a quota', () => {
    const { states } = new Scene()
    expect(states.paths(ident, { storage: 1, state: 1 })).toEqual({
      storagePath: 'web/driver/0',
      statePath: 'web/driver/0/state.dat',
    })
    expect(states.paths(ident, {})).toEqual({ storagePath: '', statePath: '' })
  })

  it('stay inside whatever the ids are', () => {
    for (const id of ['..', '.', '', '../../etc', 'a/b', '/'])
      expect(normalize(`/x/${folderOf({ itemId: id, subjectId: 's', index: 0 })}`)).toMatch(/^\/x\/[^/]+\/s\/0$/)
  })

  it('go away with it', async () => {
    const s = await new Scene().set()
    await s.states.remove(ident)
    expect(s.removed).toEqual(['/storages/web/driver/0', '/states/web/driver/0'])
    expect(s.limits.at(-1)).toBe('/storages 5000 0')
    expect(s.states.checksum(ident)).toBeUndefined()
  })
})

describe('the state of an instance', () => {
  it('is asked for when it is not the one that the cloud has', async () => {
    const s = await new Scene().set()
    expect(s.sent).toEqual([{ kind: 'state_request', ident, useDefault: false }])
    await s.states.update({ ident, checksum: sum('one'), state: 'one' })
    s.sent.length = 0
    s.restart()
    await s.set()
    expect(s.sent).toEqual([])
    await s.write('two')
    s.restart()
    await s.set()
    expect(s.sent).toEqual([{ kind: 'state_request', ident, useDefault: false }])
  })

  it('is told when it changed and is quiet again', async () => {
    const s = await new Scene().set()
    s.sent.length = 0
    await s.write('one')
    await s.clock.advance(10_000)
    await s.write('two')
    await s.clock.advance(10_000)
    expect(s.sent).toEqual([])
    await s.clock.advance(10_000)
    expect(s.sent).toEqual([{ kind: 'new_state', ident, checksum: sum('two'), state: 'two' }])
    expect(s.states.checksum(ident)).toBe(sum('two'))
    await s.clock.advance(60_000)
    expect(s.sent).toHaveLength(1)
  })

  it('is told within a minute when it never is quiet', async () => {
    const s = await new Scene().set()
    s.sent.length = 0
    for (let turn = 0; turn < 6; turn++) {
      await s.write(`turn ${turn}`)
      await s.clock.advance(10_000)
    }
    expect(s.sent).toEqual([{ kind: 'new_state', ident, checksum: sum('turn 5'), state: 'turn 5' }])
  })

  it('C9 is what the cloud has once it accepted it, and asked for when it refused', async () => {
    const s = await new Scene().set()
    await s.write('one')
    s.sent.length = 0
    expect(await s.states.accept({ ident, checksum: sum('one'), accepted: true })).toBeUndefined()
    s.restart()
    await s.set()
    expect(s.sent).toEqual([])
    expect(await s.states.accept({ ident, checksum: sum('one'), accepted: false })).toBeUndefined()
    expect(s.sent).toEqual([{ kind: 'state_request', ident, useDefault: false }])
  })

  it('C10 an acceptance of another state is ignored with an error', async () => {
    const s = await new Scene().set()
    await s.write('one')
    s.sent.length = 0
    const error = await s.states.accept({ ident, checksum: sum('two'), accepted: false })
    expect(error?.aosCode).toBe(aosCodes.invalidChecksum)
    expect(s.sent).toEqual([])
  })

  it('C11 an update with a wrong checksum is refused', async () => {
    const s = await new Scene().set()
    const error = await s.states.update({ ident, checksum: sum('two'), state: 'one' })
    expect(error?.aosCode).toBe(aosCodes.invalidChecksum)
    expect(await s.content()).toBe('')
  })

  it('an update replaces it, and is not told back', async () => {
    const s = await new Scene().set()
    s.sent.length = 0
    expect(await s.states.update({ ident, checksum: sum('one'), state: 'one' })).toBeUndefined()
    await s.clock.advance(60_000)
    expect([await s.content(), s.sent]).toEqual(['one', []])
  })

  it('an update beyond the quota is refused, and so is one for nobody', async () => {
    const s = await new Scene().set()
    const long = 'x'.repeat(101)
    const codes = await Promise.all([
      s.states.update({ ident, checksum: sum(long), state: long }),
      s.states.update({ ident: { ...ident, index: 1 }, checksum: sum('one'), state: 'one' }),
      s.states.accept({ ident: { ...ident, index: 1 }, checksum: sum(''), accepted: true }),
    ])
    expect(codes.map((error) => error?.aosCode)).toEqual([aosCodes.noMemory, aosCodes.notFound, aosCodes.notFound])
  })

  it("checksums are written as the cloud's", async () => {
    const s = await new Scene().set()
    const base64 = createHash('sha256').update('one').digest('base64')
    await s.states.update({ ident, checksum: base64, state: 'one' })
    expect(s.states.checksum(ident)).toBe(base64)
    expect(formOf('nonsense')).toBeUndefined()
  })
})

describe('SetQuota', () => {
  const log = createLog([], () => 0)

  it('limits the user on the filesystem of the folder', async () => {
    const processes = new FakeProcesses({ stat: () => ended({ stdout: '/data\n' }), setquota: () => ended() })
    expect(await new SetQuota(processes, log).limit('/data/states', 5000, 1500)).toBe(true)
    expect(processes.calls.at(-1)?.args).toEqual(['-u', '5000', '12', '12', '0', '0', '/data'])
  })

  it('says where that cannot be', async () => {
    const failing = { stat: () => ended({ stdout: '/data\n' }), setquota: () => ended({ code: 2, stderr: 'no quota' }) }
    expect(await new SetQuota(new FakeProcesses(failing), log).limit('/data', 5000, 1)).toBe(false)
    expect(await new SetQuota(new FakeProcesses(), log).limit('/data', 5000, 1)).toBe(false)
  })
})

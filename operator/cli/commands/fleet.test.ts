import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceDetail, FleetEvent, PackageRecord } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { FakeFleet } from '../fleet/fake-fleet.ts'
import { say } from '../test-ports.ts'

const uid = 'ab12'.repeat(16)
const product = 'cd34'.repeat(16)
const at = '2026-01-02T03:04:05.000Z'

function pkg(own: Partial<PackageRecord> = {}): PackageRecord {
  return {
    uid,
    product,
    version: '2.0',
    hardware: 'any',
    signed: true,
    size: 2048,
    uploadedAt: at,
    needs: null,
    floor: false,
    objects: [],
    ...own,
  }
}

function device(id: string, own: Partial<DeviceDetail> = {}): DeviceDetail {
  return {
    id: id.repeat(64).slice(0, 64),
    product,
    version: '1.0',
    hardware: 'gw-mk2',
    identity: { serial: `S${id}` },
    attributes: {},
    labels: {},
    status: 'idle',
    firstSeen: at,
    lastSeen: at,
    waits: null,
    wanted: { answer: 'none', reason: 'rolled_back_before', rollout: 1 },
    why: [
      {
        code: 'rolled_back_before',
        rollout: 1,
        text: 'rollout 1: version 2.0 was taken back here',
        because: ['ENOSPC'],
      },
    ],
    attempts: [],
    ...own,
  }
}

function fleetWith(own: Partial<FakeFleet>): FakeFleet {
  return Object.assign(new FakeFleet(), own)
}

describe('windlass publish', () => {
  it('sends the file as it is and says what to do next', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'publish-'))
    await writeFile(join(cwd, 'p.uhupkg'), 'the bytes')
    const fleet = fleetWith({ packages: [pkg({ signed: false })] })
    const { code, out, err } = await say(['publish', 'p.uhupkg'], { cwd, fetch: fleet.fetch, isTTY: true })
    expect(code).toBe(0)
    expect(Buffer.concat(fleet.uploads).toString()).toBe('the bytes')
    expect(out).toMatch(/published: +ab12.*Next: windlass rollout start ab12ab12ab12 --product\n$/s)
    expect(err).toMatch(/publishing {2}\[#{10}\] 100 %/)
    expect(err).toMatch(/NOT SIGNED/)
  })

  it('of a package the fleet refuses ends with 65', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'publish-'))
    await writeFile(join(cwd, 'p.uhupkg'), 'no package')
    expect((await say(['publish', 'p.uhupkg'], { cwd, fetch: new FakeFleet().fetch })).code).toBe(65)
  })
})

describe('windlass list', () => {
  it('lists packages by their first digits', async () => {
    const { out } = await say(['list'], { fetch: fleetWith({ packages: [pkg()] }).fetch })
    expect(out).toMatch(/^PACKAGE +VERSION .*\nab12ab12ab12 +2\.0 +cd34cd34cd34 +any +2\.0 KiB +yes +2026/)
  })

  it('says what to do when there is none', async () => {
    expect((await say(['list'], { fetch: new FakeFleet().fetch })).out).toMatch(/windlass publish FILE/)
  })

  it('--json prints all of them', async () => {
    const said = await say(['list', '--json'], { fetch: fleetWith({ packages: [pkg()] }).fetch })
    expect(said.document()).toEqual({ packages: [pkg()] })
  })
})

describe('windlass packages rule', () => {
  it('sets from which version a package can be installed, and whether it may be skipped', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    const { out } = await say(['packages', 'rule', 'ab12', '--needs', '1.5', '--floor'], { fetch: fleet.fetch })
    expect(out).toBe('ab12ab12ab12 (version 2.0) is for version 1.5 or newer; it must not be skipped.\n')
    const again = await say(['packages', 'rule', 'ab12'], { fetch: fleet.fetch })
    expect(again.out).toMatch(/is for any version; it may be skipped\.\n$/)
  })
})

describe('windlass rollout start', () => {
  it('--product offers the package to every device of its product', async () => {
    const fleet = fleetWith({ packages: [pkg()], devices: [device('1')] })
    const { code, out } = await say(['rollout', 'start', 'ab12', '--product'], { fetch: fleet.fetch })
    expect(code).toBe(0)
    expect(fleet.rollouts[0]).toMatchObject({ package: uid, to: { product } })
    expect(out).toMatch(/Next: windlass rollout watch 1\n$/)
  })

  it('--metered lets it pass over links that cost', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    const { out } = await say(['rollout', 'start', uid, '--product', '--metered'], { fetch: fleet.fetch })
    expect(fleet.rollouts[0]).toMatchObject({ metered: true })
    expect(out).toMatch(/metered links: +may be used/)
  })

  it('--device offers it to the devices named, each once', async () => {
    const devices = [device('1'), device('2'), device('3')]
    const fleet = fleetWith({ packages: [pkg()], devices })
    await say(['rollout', 'start', uid, '--device', '1111', '2222', '1111'], { fetch: fleet.fetch })
    expect(fleet.rollouts[0]?.to).toEqual({ devices: [devices[0]?.id, devices[1]?.id] })
  })

  it('--query and --group offer it to whoever is meant, now and later', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    const asked = await say(['rollout', 'start', uid, '--query', 'label.site = Oslo'], { fetch: fleet.fetch })
    expect(fleet.rollouts[0]?.to).toEqual({ query: 'label.site = Oslo' })
    expect(asked.out).toMatch(/to: +every device with label\.site = Oslo\n/)
    const phases = ['--phase', 'group:canary,soak=1h', '10%']
    const { out } = await say(['rollout', 'start', uid, '--group', 'west', ...phases], { fetch: fleet.fetch })
    expect(fleet.rollouts[0]?.to).toEqual({ group: 'west', query: null })
    expect(fleet.rollouts[0]?.plan.phases.map(({ size }) => size)).toEqual([{ group: 'canary' }, { percent: 10 }])
    expect(out).toMatch(/to: +group west\n/)
  })

  it.each([
    [[uid], 64, /expected one of --product, --device, --group and --query, got none/],
    [[uid, '--product', '--device', '1111'], 64, /got several/],
    [['ffff', '--product'], 66, /expected a package whose id begins with ffff, got none; see windlass list/],
    [['xyz', '--product'], 64, /at least its first 4 digits, got xyz/],
    [[uid, '--device', '9999'], 66, /expected a device whose id begins with 9999/],
    [['f'.repeat(64), '--product'], 66, /package_unknown/],
  ])('%j ends with %i', async (argv, code, message) => {
    const said = await say(['rollout', 'start', ...argv], { fetch: fleetWith({ packages: [pkg()] }).fetch })
    expect(said.err).toMatch(message)
    expect(said.code).toBe(code)
  })
})

describe('windlass rollout start --phase', () => {
  const start = async (...phase: string[]) => {
    const fleet = fleetWith({ packages: [pkg()] })
    const said = await say(['rollout', 'start', uid, '--product', '--phase', ...phase], { fetch: fleet.fetch })
    return { ...said, phases: fleet.rollouts[0]?.plan.phases }
  }

  it('reads sizes and gates', async () => {
    const { phases } = await start('10,soak=2h,failures=1', '2.5%,success=90%,approve=ann+bob/1', 'rest,failures=20')
    expect(phases).toEqual([
      { size: { count: 10 }, gate: { soakSeconds: 7200, failureLimit: 1 } },
      { size: { percent: 2.5 }, gate: { successPercent: 90, approval: { by: ['ann', 'bob'], needed: 1 } } },
      { size: { rest: true }, gate: { failureLimit: 20 } },
    ])
    expect((await start('1,approve=ann+bob')).phases?.[0]?.gate.approval?.needed).toBe(2)
  })

  it('with windows and a speed', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    const options = [
      '--window',
      'daily 02:00-04:00',
      'sat 10:00-12:00',
      '--time-zone',
      'Europe/Berlin',
      '--at-once',
      '5',
    ]
    const { out } = await say(['rollout', 'start', uid, '--product', ...options], { fetch: fleet.fetch })
    expect(out).toMatch(/windows: +daily 02:00-04:00; sat 10:00-12:00 \(Europe\/Berlin\)\nspeed: +at most 5 at once/)
    expect((await say(['rollout', 'start', uid, '--product', '--at-once', '0'], { fetch: fleet.fetch })).code).toBe(64)
  })

  it('says what it expects', async () => {
    for (const phase of ['', '0', '%', '10,soak=2', '10,wat=1', '10,approve=', 'all', '10,failures=0']) {
      const { code, err } = await start(phase)
      expect([code, err]).toEqual([
        64,
        expect.stringMatching(/^windlass: --phase: expected `10`, `25%`, `group:NAME` or `rest`/),
      ])
    }
  })
})

describe('windlass rollout start --dry-run and roll-back', () => {
  it('says what would be, and starts nothing', async () => {
    const excluded = [{ code: 'failed_before', text: 'failed with it before', devices: 2 } as const]
    const forecast = { devices: 40, phases: [10, 30], bytesEach: 1024, bytes: 40_960, excluded }
    const fleet = fleetWith({ packages: [pkg()], forecast })
    const { out } = await say(['rollout', 'start', uid, '--product', '--dry-run'], { fetch: fleet.fetch })
    expect(out).toBe(
      [
        'devices:    40 would be offered it',
        '  phase 1:  10',
        '  phase 2:  30',
        'bytes:      at most 40.0 KiB, 1.0 KiB each',
        'Left out: 2 that failed with it before',
        '',
      ].join('\n'),
    )
    expect(fleet.rollouts).toEqual([])
  })

  it('rolls back, and ends with 1 where some are left as they are', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    await say(['rollout', 'start', uid, '--product'], { fetch: fleet.fetch })
    const { code, out } = await say(['rollout', 'roll-back', '1'], { fetch: fleet.fetch })
    expect(code).toBe(1)
    expect(out).toMatch(
      /^Rollout 1 is aborted\.\n\nrollout: +2\n.*version 1\.0.*Left as they are: 2, which ran version 0\.9; /s,
    )
  })
})

describe('windlass rollout watch', () => {
  async function watched(state: 'updated' | 'rolled_back', ...options: string[]) {
    const fleet = fleetWith({ packages: [pkg()], devices: [device('1')] })
    await say(['rollout', 'start', uid, '--product'], { fetch: fleet.fetch })
    const rollout = fleet.rollouts[0]
    const id = device('1').id
    const attempt = {
      at,
      device: id,
      package: uid,
      version: '2.0',
      reason: state === 'updated' ? null : 'health check',
    }
    const report: FleetEvent = {
      kind: 'report',
      at,
      device: id,
      package: uid,
      status: 'installing',
      errorMessage: null,
    }
    fleet.happenings = [
      { event: { kind: 'connected', at } },
      { event: report, does: () => Object.assign(rollout?.counts ?? {}, { pending: 0, updating: 1 }) },
      { event: { ...report, package: 'another' } },
      {
        event: { kind: 'attempt', state, ...attempt },
        does: () => Object.assign(rollout?.counts ?? {}, { updating: 0, [state]: 1 }),
      },
    ]
    return await say(['rollout', 'watch', '1', ...options], { fetch: fleet.fetch })
  }

  it('prints what happens and ends with 0 when every device is updated', async () => {
    const { code, out } = await watched('updated')
    expect(code).toBe(0)
    expect(out).toMatch(/03:04:05 {2}111111111111 {2}installing\n +1 updating\n03:04:05 {2}111111111111 {2}updated\n/)
    expect(out).toMatch(/Rollout 1: 1 updated\.\n$/)
  })

  it('ends with 1 when a device was rolled back', async () => {
    const { code, out } = await watched('rolled_back')
    expect(code).toBe(1)
    expect(out).toMatch(/rolled back: health check\n/)
  })

  it('--json prints a document per line', async () => {
    const { out } = await watched('updated', '--json')
    const lines: { kind?: string; counts?: unknown }[] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ kind }) => kind).filter((kind) => kind)).toEqual(['report', 'attempt'])
    expect(lines.at(-1)).toMatchObject({ id: 1, counts: { updated: 1 } })
  })

  it('of a rollout that is not there ends with 66', async () => {
    expect((await say(['rollout', 'watch', '7'], { fetch: new FakeFleet().fetch })).code).toBe(66)
  })
})

describe('windlass rollout list, show, pause, resume, approve and abort', () => {
  it('shows one with its devices, and that there are more', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    await say(['rollout', 'start', uid, '--product'], { fetch: fleet.fetch })
    const why = 'install_failed: no room'
    const member = { device: 'cd'.repeat(32), identity: { serial: 'S7' }, version: '1.0', at: null, reason: why }
    Object.assign(fleet.rollouts[0] ?? {}, { devices: [{ ...member, state: 'rolled_back' }], next: 'cd' })
    const { out } = await say(['rollout', 'show', '1'], { fetch: fleet.fetch })
    expect(out).toMatch(/status: +running/)
    expect(out).toMatch(/cdcdcdcdcdcd +serial=S7 +1\.0 +rolled back +install_failed: no room\n\nThere are more/)
    expect((await say(['rollout', 'show', '7'], { fetch: fleet.fetch })).code).toBe(66)
  })

  it('lists the rollouts and steers one', async () => {
    const fleet = fleetWith({ packages: [pkg()] })
    await say(['rollout', 'start', uid, '--product'], { fetch: fleet.fetch })
    expect((await say(['rollout', 'list'], { fetch: fleet.fetch })).out).toMatch(
      /1 +2\.0 +ab12ab12ab12 +every device of product/,
    )
    const steer = (...argv: string[]) => say(['rollout', ...argv], { fetch: fleet.fetch })
    expect((await steer('pause', '1', '--reason', 'a storm')).out).toMatch(/status: +paused\nwhy: +a storm \(2026/)
    expect((await steer('resume', '1')).out).toMatch(/status: +running/)
    expect((await steer('approve', '1')).code).toBe(64)
    expect((await steer('approve', '1', '--by', 'ann')).code).toBe(0)
    expect(fleet.approvals).toEqual([{ by: 'ann' }])
    expect((await steer('abort', '1', '--json')).document()).toMatchObject({ id: 1, status: 'aborted' })
  })
})

describe('windlass devices', () => {
  const fleet = fleetWith({ packages: [pkg()], devices: ['1', '2', '3'].map((id) => device(id)) })

  it('lists all of them, however many pages they are', async () => {
    const { out } = await say(['devices'], { fetch: fleet.fetch })
    expect(
      out
        .split('\n')
        .slice(1)
        .map((line) => line.slice(0, 4)),
    ).toEqual(['1111', '2222', '3333', ''])
    expect(out).toMatch(/serial=S1/)
  })

  it('finds one by its first digits, however many have these in something else', async () => {
    const many = ['1', '2', '3', '4'].map((id) => device(id, { version: '4444' }))
    const { code, out } = await say(['devices', '4444'], { fetch: fleetWith({ devices: many }).fetch })
    expect({ code, first: out.slice(0, 18) }).toEqual({ code: 0, first: 'device:      44444' })
  })

  it('--why says of each why it gets nothing', async () => {
    const { out } = await say(['devices', '--why'], { fetch: fleet.fetch })
    expect(out.match(/nothing to do: the package was rolled back on it; `windlass devices retry`/g)).toHaveLength(3)
  })

  it('--why says what a device waits for', async () => {
    const waiting = fleetWith({ devices: [device('1', { waits: 'metered link (wwan0)' })] })
    const { out } = await say(['devices', '--why'], { fetch: waiting.fetch })
    expect(out).toMatch(/waits: metered link \(wwan0\); nothing to do/)
    expect((await say(['devices', '1111'], { fetch: waiting.fetch })).out).toMatch(/waits: +metered link/)
  })

  it('shows one, named by its first digits', async () => {
    const { out } = await say(['devices', '2222'], { fetch: fleet.fetch })
    expect(out).toMatch(/^device: +2{64}\n/)
    expect(out).toContain('\nwhy:\n  rollout 1: version 2.0 was taken back here\n    ENOSPC')
  })

  it('retry asks the fleet to offer the package once more', async () => {
    const { code } = await say(['devices', 'retry', '2222', 'ab12'], { fetch: fleet.fetch })
    expect(code).toBe(0)
    expect(fleet.asked.at(-1)).toBe(`POST devices/${'2'.repeat(64)}/retry`)
  })

  it('takes the address and the token from the environment', async () => {
    const seen: { url: string; token: string | null }[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      seen.push({
        url: input instanceof Request ? input.url : input.toString(),
        token: new Headers(init?.headers).get('authorization'),
      })
      return Promise.resolve(Response.json({ packages: [] }))
    }
    await say(['list'], { fetch, env: { WINDLASS_FLEET: 'https://fleet.test/', WINDLASS_TOKEN: 't' } })
    expect(seen).toEqual([{ url: 'https://fleet.test/api/v1/packages', token: 'Bearer t' }])
  })
})

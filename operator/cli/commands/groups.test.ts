import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceDetail } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { FakeFleet } from '../fleet/fake-fleet.ts'
import { say } from '../test-ports.ts'

const at = '2026-01-02T03:04:05.000Z'
const device = (id: string): DeviceDetail => ({
  id: id.repeat(64),
  product: 'cd34'.repeat(16),
  version: '1.0',
  hardware: 'gw-mk2',
  identity: { serial: `S${id}` },
  attributes: {},
  labels: {},
  status: 'idle',
  firstSeen: at,
  lastSeen: at,
  waits: null,
  wanted: { answer: 'none', reason: 'no_rollout', rollout: null },
  why: [],
  attempts: [],
})
const fleetOf = (...ids: string[]) => Object.assign(new FakeFleet(), { devices: ids.map(device) })

describe('windlass groups', () => {
  it('new, list, show and remove one', async () => {
    const { fetch } = fleetOf('1')
    const made = await say(['groups', 'new', 'oslo', '--query', 'label.site = Oslo'], { fetch })
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/group: +oslo\nquery: +label\.site = Oslo\n/)])
    expect((await say(['groups', 'list'], { fetch })).out).toMatch(/oslo +1 +label\.site = Oslo/)
    expect((await say(['groups', 'show', 'oslo', '--json'], { fetch })).document()).toMatchObject({ name: 'oslo' })
    const changed = await say(['groups', 'change', 'oslo', '--query', 'label.site = Bergen'], { fetch })
    expect(changed.out).toMatch('label.site = Bergen')
    expect((await say(['groups', 'remove', 'oslo'], { fetch })).code).toBe(0)
    expect((await say(['groups', 'show', 'oslo'], { fetch })).code).toBe(66)
    expect((await say(['groups', 'list'], { fetch })).out).toMatch(/windlass groups new/)
  })

  it('new takes a list of devices, each once', async () => {
    const { fetch } = fleetOf('1', '2')
    const made = await say(['groups', 'new', 'few', '--device', '1111', '2222', '1111'], { fetch })
    expect(made.out).toMatch(/query: +\(devices listed\)\ndevices: +2\n/)
  })

  it.each([
    [[], /expected either --query or --device, got none/],
    [['--query', 'all', '--device', '1111'], /got both/],
  ])('new with %j ends with 64', async (options, message) => {
    const said = await say(['groups', 'new', 'few', ...options], { fetch: fleetOf('1').fetch })
    expect([said.code, said.err]).toEqual([64, expect.stringMatching(message)])
  })
})

describe('windlass devices counts', () => {
  it('says how many devices are what', async () => {
    const fleet = fleetOf()
    expect((await say(['devices', 'counts'], { fetch: fleet.fetch })).out).toBe('0 devices\n')
    fleet.counts = {
      devices: 1_000_000,
      byStatus: [
        { status: 'idle', devices: 999_999 },
        { status: 'error', devices: 1 },
      ],
      byProduct: [{ product: 'cd34'.repeat(16), devices: 1_000_000 }],
      byVersion: [{ product: 'cd34'.repeat(16), version: '3.1', devices: 1_000_000 }],
      byHardware: [{ hardware: 'gw-mk2', devices: 1_000_000 }],
    }
    const { out } = await say(['devices', 'counts'], { fetch: fleet.fetch })
    expect(out).toMatch(
      /^1000000 devices\n\nSTATUS +DEVICES\nidle +999999\nerror +1\n\nPRODUCT .*3\.1 +cd34cd34cd34 +1000000/s,
    )
    expect((await say(['devices', 'counts', '--json'], { fetch: fleet.fetch })).document()).toEqual(fleet.counts)
  })
})

describe('windlass devices label', () => {
  it('writes labels on the devices named, in any order of words', async () => {
    const fleet = fleetOf('1', '2', '3')
    const { out } = await say(['devices', 'label', '1111', 'site=Oslo east', '2222', 'ring='], { fetch: fleet.fetch })
    expect(out).toBe('Labels of 2 devices changed.\n')
    expect(fleet.devices.map(({ labels }) => labels)).toEqual([
      { site: 'Oslo east', ring: '' },
      { site: 'Oslo east', ring: '' },
      {},
    ])
    expect((await say(['devices', '1111'], { fetch: fleet.fetch })).out).toMatch(/labels: +site=Oslo east ring=\n/)
  })

  it('takes a query instead, and takes labels off', async () => {
    const fleet = fleetOf('1', '2')
    const said = await say(['devices', 'label', '--query', 'all', '--remove', 'site'], { fetch: fleet.fetch })
    expect(said.out).toBe('Labels of 2 devices changed.\n')
  })

  it.each([
    [['1111'], /expected labels \(key=value\) or --remove, got none/],
    [['site=Oslo'], /expected devices, --query or --group, got none of them/],
    [['1111', 'site=Oslo', '--group', 'g'], /got several of them/],
  ])('%j ends with 64', async (words, message) => {
    const said = await say(['devices', 'label', ...words], { fetch: fleetOf('1').fetch })
    expect([said.code, said.err]).toEqual([64, expect.stringMatching(message)])
  })
})

describe('windlass devices import', () => {
  it('sends the table as it is', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'import-'))
    await writeFile(join(cwd, 'devices.csv'), 'identity.serial\nA1\n')
    const fleet = fleetOf()
    const { code, out } = await say(['devices', 'import', 'devices.csv'], { cwd, fetch: fleet.fetch })
    expect([code, out]).toEqual([0, '1 device may come; known and labelled already: 0.\n'])
    expect(fleet.tables).toEqual(['identity.serial\nA1\n'])
    expect((await say(['devices', 'import', 'none.csv'], { cwd, fetch: fleet.fetch })).code).toBe(66)
  })

  it('says which lines are off, and ends with 65', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'import-'))
    await writeFile(join(cwd, 'devices.csv'), 'identity.serial\n\n')
    const { code, err } = await say(['devices', 'import', 'devices.csv'], { cwd, fetch: fleetOf().fetch })
    expect([code, err]).toEqual([65, expect.stringMatching(/line 2: expected another/)])
  })
})

describe('windlass devices decommission and recommission', () => {
  it('take a device out of service and back', async () => {
    const fleet = fleetOf('1')
    const gone = await say(['devices', 'decommission', '1111'], { fetch: fleet.fetch })
    expect(gone.out).toMatch(/status: +decommissioned\n/)
    expect((await say(['devices', 'recommission', '1111'], { fetch: fleet.fetch })).out).toMatch(/status: +idle\n/)
  })
})

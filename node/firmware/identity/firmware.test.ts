import { ended, FakeFiles, FakeProcesses, type FakeProgram } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { loadFirmware } from './firmware.ts'
import { parsePairs } from './pairs.ts'

const uid = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'
const says =
  (stdout: string): FakeProgram =>
  () =>
    ended({ stdout })
const hooks: Record<string, FakeProgram> = {
  'product-uid': says(`${uid}\n`),
  version: says('3.0\n'),
  hardware: says('gw-mk2\n'),
  'device-identity.d/serial': says('serial=A1\n'),
  'device-attributes.d/net': says('iface=wlan0\niface=eth0\n'),
}

function load(changed: Record<string, FakeProgram | null> = {}) {
  const files = new FakeFiles()
  const processes = new FakeProcesses()
  for (const [name, program] of Object.entries({ ...hooks, ...changed })) {
    if (!program) continue
    files.put(`/meta/${name}`, '#!/bin/sh\n', 0o755)
    processes.programs.set(`/meta/${name}`, program)
  }
  return loadFirmware('/meta', { files, processes })
}

describe('who this device is', () => {
  it('its hooks tell', async () => {
    expect(await load()).toEqual({
      productUid: uid,
      version: '3.0',
      hardware: 'gw-mk2',
      identity: { serial: 'A1' },
      attributes: { iface: ['eth0', 'wlan0'] },
      publicKey: null,
    })
  })

  it('has no version and no hardware where nobody says so', async () => {
    expect(await load({ version: null, hardware: null })).toMatchObject({ version: '', hardware: '' })
  })

  it('E6 C17 lives without attributes', async () => {
    expect((await load({ 'device-attributes.d/net': () => ended({ code: 1 }) })).attributes).toEqual({})
    expect((await load({ 'device-attributes.d/net': says('no pair') })).attributes).toEqual({})
    expect((await load({ 'device-attributes.d/net': null })).attributes).toEqual({})
  })

  it.each([
    ['C16 a product uid of 63 characters', { 'product-uid': says(uid.slice(1)) }, 'expected 64 characters, got 63'],
    ['E5 no product uid', { 'product-uid': null }, 'expected a program that prints a product uid, found no file'],
    ['E5 a silent product uid', { 'product-uid': says(' \n') }, 'expected it to print a product uid, got nothing'],
    ['C17 no identity folder', { 'device-identity.d/serial': null }, 'expected a folder of programs'],
    ['E5 an identity that fails', { 'device-identity.d/serial': () => ended({ code: 3 }) }, 'got exit status 3'],
    ['E5 an identity that says no pair', { 'device-identity.d/serial': says('A1') }, 'expected key=value, got "A1"'],
    ['E5 an identity that says nothing', { 'device-identity.d/serial': says('') }, 'expected at least one key=value'],
    ['a hook that does not end', { version: () => ended({ code: null, timedOut: true }) }, 'got no end after 60 s'],
  ])('cannot be said with %s', async (_, changed, message) => {
    await expect(load(changed)).rejects.toThrow(message)
  })
})

describe('pairs', () => {
  it('B2 collect the values of one key, sorted', () => {
    expect(parsePairs('k=2\nk=1\n a = b=c \nempty=', 'x')).toEqual({ a: 'b=c', empty: '', k: ['1', '2'] })
  })

  it('must each have an equals sign, also an empty line', () => {
    expect(() => parsePairs('a=1\n\nb=2', 'x')).toThrow('x: expected key=value, got ""')
  })
})

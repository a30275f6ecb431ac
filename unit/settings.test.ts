import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.ts'

const read = (given: object) => readSettings('/etc/windlass/unit.json', JSON.stringify({ systemId: 'u1', ...given }))

describe('the settings of a unit', () => {
  it('need little: the rest is AosCore’s', () => {
    const settings = read({})
    expect(settings.listen).toMatchObject({
      serviceManagers: '127.0.0.1:8093',
      updateManagers: '127.0.0.1:8091',
      scheduler: '127.0.0.1:8095',
    })
    expect(settings.discovery.url).toBe('https://aoscloud.io:9000/sd/v7/')
    expect([settings.update.onFailure, settings.nodesConnectionMs, settings.itemTtlMs]).toEqual([
      'restore',
      600_000,
      2_592_000_000,
    ])
  })

  it('take paths relative to the file, durations in every form of AosCore, and the fleet’s own discovery', () => {
    const settings = read({
      workingDir: 'data',
      updateTtl: 'PT10S',
      launcher: { instanceTtl: '1m30s' },
      fleet: { url: 'https://fleet.example/p/acme/', claimTokenFile: 'claim' },
    })
    expect(settings.workingDir).toBe('/etc/windlass/data')
    expect(settings.enrolment).toEqual({ url: 'https://fleet.example/p/acme/', claimTokenFile: '/etc/windlass/claim' })
    expect(settings.discovery.overrideUrl).toBe('https://fleet.example/p/acme/sd/v7/')
    expect([settings.update.defaultTtlMs, settings.instanceTtlMs]).toEqual([10_000, 90_000])
  })

  it('make another node of it where the main one is named', () => {
    const settings = read({
      mainIAMPublicServerURL: 'main:8090',
      mainIAMProtectedServerURL: 'main:8089',
      caCert: 'ca.pem',
    })
    expect(settings.mainNode).toEqual({
      publicAddress: 'main:8090',
      protectedAddress: 'main:8089',
      caFile: '/etc/windlass/ca.pem',
    })
    expect(settings.node.attrs).not.toHaveProperty('MainNode')
  })

  it.each([
    ['/etc/windlass/unit.json: systemId', { systemId: 7 }],
    ['cmServerUrl: expected HOST:PORT', { cmServerUrl: 'somewhere' }],
    ['cmServerUrl: expected a port up to 65535', { cmServerUrl: 'localhost:70000' }],
    ['fleet.url: expected https, or http on loopback', { fleet: { url: 'http://fleet.example', claimTokenFile: 'x' } }],
    ['serviceDiscoveryUrl: expected https', { serviceDiscoveryUrl: 'ftp://localhost' }],
    ['updateTtl: expected seconds, "10s" or "PT10S"', { updateTtl: 'soon' }],
    ['timeZone: expected one such as "Europe/Berlin", got "Mars"', { timeZone: 'Mars' }],
    ['no time slots', { sotaSchedule: { type: 'timetable', timetable: [{ dayOfWeek: 1, timeSlots: [] }] } }],
    ['Unrecognized key: "cmServerURL"', { cmServerURL: 'x:1' }],
  ])('say what is wrong: %s', (words, given) => {
    expect(() => read(given)).toThrow(words)
  })

  it('say that they are no JSON', () => {
    expect(() => readSettings('unit.json', 'systemId: u1')).toThrow('unit.json: expected JSON, got: ')
  })
})

import { expect, it } from 'vitest'
import { patienceMs, switchedOn } from './place.ts'

it('a device is where its console says, and is not hurried while it starts', () => {
  const place = switchedOn()
  const told = [
    '[    0.000000] Linux version 6.1.0',
    'windlass[133]: {"level":"info","text":"agent started","address":"10.0.2.15:8080"}',
    'windlass[133]: {"level":"debug","text":"moved","from":"entry_point","on":"idle","to":"poll"}',
    'windlass[133]: {"level":"debug","text":"moved","from":"probe","on":"update","to":"validation"}',
    'windlass[133]: {"level":"info","text":"reboot"}',
    '[   60.000000] reboot: Restarting system',
  ].map((line) => {
    place.hear(line)
    return [place.name, patienceMs(place)]
  })
  expect(told).toEqual([
    ['start', Infinity],
    ['entry_point', 25_000],
    ['poll', 4_000],
    ['validation', 25_000],
    ['validation', 25_000],
    ['restart', Infinity],
  ])
})

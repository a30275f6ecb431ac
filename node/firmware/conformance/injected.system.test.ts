import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { image, SlotDevice } from './slot-device.ts'

/*
 * The real agent on the real kernel, which is made to fail by strace: killed at its n-th call, or the call fails. One
 * thread does all work on files, so that the n-th is the same one each time.
 */

const run = promisify(execFile)
const minutes = 60_000

const injected = (call: string, what: string, nth: number) => [
  'env',
  'UV_THREADPOOL_SIZE=1',
  'strace',
  '-D',
  '-fqq',
  '--output=/dev/null',
  `--trace=${call}`,
  `--inject=${call}:${what}:when=${nth}`,
]

/** A device that runs the old or the new version whole; where it is the old one, the server was told why. */
async function comesThrough(slots: SlotDevice): Promise<void> {
  const { device } = slots
  await slots.live(() => slots.lastVersion === '3.1' || device.troubles.length > 0)
  if (slots.lastVersion === '3.1') return slots.expectSlots('1', image('3.0'), image('3.1'))
  slots.expectSlots('0', image('3.0'), undefined)
}

const kills = ['rename', 'fsync', 'pwrite64'].flatMap((call) => [1, 3, 6, 10, 15].map((nth) => [call, nth] as const))
const errors = [
  ['fsync', 'EIO', 2],
  ['fsync', 'EIO', 7],
  ['fsync', 'EIO', 12],
  ['pwrite64', 'ENOSPC', 3],
  ['pwrite64', 'EIO', 9],
  ['rename', 'EIO', 4],
  ['rename', 'ENOSPC', 8],
] as const

describe('the real agent comes through', () => {
  it.each(kills)(
    'kill -9 at %s number %i',
    async (call, nth) => {
      await using slots = await SlotDevice.make()
      slots.serve()
      slots.device.under = injected(call, 'signal=SIGKILL', nth)
      const ended = slots.device.start().catch(() => undefined)
      await slots.device.until('a kill, or the restart', () => !slots.device.alive || slots.wantsRestart)
      await slots.device.kill()
      await ended
      slots.device.under = []
      if (slots.wantsRestart) await slots.reboot()
      else await slots.device.start()
      // Killed between the answer to its probe and the record of it, it would ask again a day later.
      await slots.device.api.post('/probe')
      await slots.becomesNew()
    },
    5 * minutes,
  )

  it.each(errors)(
    'an error of %s: %s, number %i',
    async (call, code, nth) => {
      await using slots = await SlotDevice.make()
      slots.serve()
      slots.device.under = injected(call, `error=${code}`, nth)
      await slots.device.start()
      slots.device.under = []
      await comesThrough(slots)
    },
    5 * minutes,
  )

  it(
    'a full disk: it says no_space, the old version runs on, and a later attempt with room succeeds',
    async () => {
      await using slots = await SlotDevice.make()
      const { device } = slots
      await mkdir(device.path('download'))
      await run('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', device.path('download')])
      try {
        slots.serve()
        await device.start()
        await device.until('a report', () => device.troubles.length > 0)
        expect(device.troubles[0]?.['error-message']).toMatch(/^no_space: /)
        slots.expectSlots('0', image('3.0'), image('2.0'))
        await run('mount', ['-o', 'remount,size=4m', device.path('download')])
        device.server.lines.length = 0
        device.server.answers.upgrades = (response, { body }) => {
          device.server.offer = slots.offer
          if (body['version'] === '3.1') return void response.writeHead(404).end()
          response.end(slots.offer.metadata)
        }
        await device.api.post('/probe')
        await slots.live(() => slots.lastVersion === '3.1')
        slots.expectSlots('1', image('3.0'), image('3.1'))
      } finally {
        await device.kill()
        await run('umount', [device.path('download')])
      }
    },
    5 * minutes,
  )
})

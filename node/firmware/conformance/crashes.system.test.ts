import { describe, expect, it } from 'vitest'
import { runtimeWith } from './device.ts'
import { silent, stuck } from './mock-update-hub.ts'
import { writeArchive } from './release.ts'
import { image, SlotDevice } from './slot-device.ts'

const justPolled = () => ({ runtime: runtimeWith({ last: new Date().toISOString() }) })

describe.concurrent('kill -9 in every state, after which the update goes on to its end', () => {
  it('in none: the new version runs and the server knows', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.start()
    await slots.becomesNew()
    expect(slots.device.events.filter((event) => event === 'reboot')).toHaveLength(1)
  })

  it('poll', async () => {
    await using slots = await SlotDevice.make(justPolled())
    await slots.device.start()
    await slots.device.reaches('poll')
    await slots.expectBusy('poll', 'requests')
    await slots.crash()
    await slots.expectBusy('poll', 'requests')
    slots.expectSlots('0', image('3.0'), image('2.0'))
    slots.serve()
    expect((await slots.device.api.post('/probe')).json).toBe('updating')
    await slots.becomesNew()
  })

  it('park', async () => {
    await using slots = await SlotDevice.make({ polling: false })
    await slots.device.start()
    await slots.device.reaches('park')
    await slots.expectBusy('park', 'requests')
    await slots.crash()
    await slots.expectBusy('park', 'requests')
  })

  it('probe, while the server is silent', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    slots.device.server.next.upgrades.push(silent)
    await slots.device.start()
    await slots.device.asked('upgrades')
    await slots.expectBusy('probe', 'requests')
    await slots.crash()
    await slots.becomesNew()
  })

  it('probe, while it waits for its next attempt', async () => {
    await using slots = await SlotDevice.make(justPolled())
    slots.device.server.next.upgrades.push((response) => {
      response.writeHead(200, { 'Add-Extra-Poll': '3600' }).end()
    })
    slots.serve()
    await slots.device.write('data/state.conf', JSON.stringify(runtimeWith({})))
    await slots.device.start()
    await slots.device.asked('upgrades')
    await slots.expectBusy('probe', 'requests')
    await slots.crash()
    await slots.becomesNew()
  })

  it('validation', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.program('bin/updatehub-active-get', 'cat active')
    await slots.device.hold('updatehub-active-get')
    await slots.device.start()
    await slots.device.called('updatehub-active-get')
    await slots.expectBusy('validation', 'requests')
    await slots.device.kill()
    await slots.device.release('updatehub-active-get')
    await slots.device.start()
    await slots.becomesNew()
    expect(slots.device.server.all('upgrades'), 'the offer was not forgotten').toHaveLength(2)
  })

  it('download', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    slots.device.server.next.object.push(stuck(image('3.1'), 200_000))
    await slots.device.start()
    await slots.device.asked('GET object')
    const name = [...slots.offer.objects.keys()][0] ?? ''
    await slots.device.until('some bytes', () => slots.device.read(`download/${name}`).length === 200_000)
    await slots.expectBusy('download', 'abort')
    await slots.crash()
    await slots.becomesNew()
    expect(slots.device.server.all('GET object').map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=200000-',
    ])
  })

  it('install, before anything is written', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.hold('state-change-callback-install')
    await slots.device.start()
    await slots.device.called('state-change-callback install')
    await slots.expectBusy('install')
    await slots.device.kill()
    await slots.device.release('state-change-callback-install')
    await slots.device.start()
    await slots.becomesNew()
  })

  it('install, in the middle of writing', async () => {
    await using slots = await SlotDevice.make()
    const large = image('3.1', 48 * 1024 * 1024)
    await slots.device.write('slot-1', Buffer.alloc(large.length))
    slots.serve(slots.offering(large))
    await slots.device.start()
    await slots.device.until('progress', async () => {
      const { json } = await slots.device.api.get('/windlass/status')
      const { state, progress } = json as { state: string; progress: { doneBytes: number } | null }
      return state === 'reboot' || (state === 'install' && (progress?.doneBytes ?? 0) > 0)
    })
    await slots.crash()
    await slots.live(() => slots.lastVersion === '3.1')
    slots.expectSlots('1', image('3.0'), large)
  })

  it('install, all written, while the boot loader is told', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.hold('updatehub-active-set')
    await slots.device.start()
    await slots.device.called('updatehub-active-set 1')
    await slots.expectBusy('install')
    await slots.device.kill()
    expect(slots.device.runtime.update.upgrade_to_installation).toBe('b')
    await slots.device.release('updatehub-active-set')
    await slots.device.until('what the killed agent had started', () => slots.device.read('active').toString() === '1')
    await slots.device.start()
    await slots.becomesNew()
  })

  it('install, all written, and the system goes down before the agent has said so', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    slots.device.server.next.report.push(
      (response) => void response.end(),
      (response) => void response.end(),
      (response) => void response.end(),
      silent,
    )
    await slots.device.start()
    await slots.device.asked('report installed')
    await slots.expectBusy('install')
    await slots.crash()
    await slots.becomesNew()
  })

  it('reboot, while the order is given', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.hold('reboot')
    await slots.device.start()
    await slots.device.called('reboot')
    await slots.expectBusy('reboot')
    await slots.device.kill()
    await slots.device.release('reboot')
    await slots.device.start()
    await slots.becomesNew()
    expect(slots.device.events, 'the old system was not confirmed as the new one').toContain('validate-callback')
    expect(slots.device.events.filter((event) => event === 'updatehub-active-validated')).toHaveLength(1)
  })

  it('trying', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.hold('validate-callback')
    await slots.device.start()
    await slots.device.until('the restart', () => slots.wantsRestart)
    await slots.reboot()
    await slots.device.called('validate-callback')
    await slots.expectBusy('trying')
    await slots.device.kill()
    await slots.device.release('validate-callback')
    await slots.device.start()
    await slots.becomesNew()
    expect(slots.device.events.filter((event) => event === 'updatehub-active-validated')).toHaveLength(1)
  })

  it('reverting: the old version runs again, and the server knows why', async () => {
    await using slots = await SlotDevice.make()
    slots.serve()
    await slots.device.program('meta/validate-callback', 'exit 1')
    await slots.device.hold('rollback-callback')
    await slots.device.start()
    await slots.device.until('the restart', () => slots.wantsRestart)
    await slots.reboot()
    await slots.device.called('rollback-callback')
    await slots.expectBusy('reverting')
    await slots.device.kill()
    await slots.device.release('rollback-callback')
    await slots.device.start()
    await slots.live(() => slots.device.troubles.length > 0 && slots.lastVersion === '3.0')
    slots.expectSlots('0', image('3.0'), undefined)
    expect(slots.device.troubles).toMatchObject([{ 'previous-state': 'reverting', version: '3.0' }])
  })

  it('error: the server is told, if need be twice', async () => {
    await using slots = await SlotDevice.make()
    slots.serve(slots.offering(image('3.1'), { 'supported-hardware': [] }))
    await slots.device.hold('state-change-callback-error')
    await slots.device.start()
    await slots.device.called('state-change-callback error')
    await slots.expectBusy('error')
    await slots.device.kill()
    await slots.device.release('state-change-callback-error')
    await slots.device.start()
    await slots.live(() => true)
    expect(slots.device.troubles).toHaveLength(2)
    slots.expectSlots('0', image('3.0'), image('2.0'))
  })

  it('direct_download', async () => {
    await using slots = await SlotDevice.make(justPolled())
    const { device } = slots
    await writeArchive(device.path('p.uhupkg'), slots.offer)
    device.server.files.set('/p.uhupkg', device.read('p.uhupkg'))
    device.server.next.file.push(stuck(device.read('p.uhupkg'), 1000))
    await device.start()
    await device.api.post('/remote_install', { url: `${device.server.url}/p.uhupkg` })
    await device.asked('GET /p.uhupkg')
    await slots.expectBusy('direct_download', 'abort')
    await slots.crash()
    await slots.becomesNew()
  })

  it('prepare_local_install', async () => {
    await using slots = await SlotDevice.make(justPolled())
    const { device } = slots
    const file = await writeArchive(device.path('p.uhupkg'), slots.offer, 'zip-deflate')
    await device.hold('state-change-callback-prepare_local_install')
    await device.start()
    await device.api.post('/local_install', { file })
    await device.called('state-change-callback prepare_local_install')
    await slots.expectBusy('prepare_local_install')
    await device.kill()
    await device.release('state-change-callback-prepare_local_install')
    await device.start()
    await slots.becomesNew()
  })
})

describe.concurrent('kill -9 without regard to states', () => {
  it.for([1, 2, 3, 4, 5, 6])(
    'again and again while an update runs, round %i: it still ends with the new version',
    async (round) => {
      await using slots = await SlotDevice.make()
      slots.serve()
      for (let kills = 0; kills < 3; kills++) {
        const before = slots.device.moves.length
        await slots.device.start()
        const moved = () => slots.device.moves.length - before >= round + kills
        const updated = () => slots.rests(() => slots.lastVersion === '3.1')
        await slots.device.until('some moves', () => moved() || slots.wantsRestart || updated())
        if (slots.wantsRestart) await slots.reboot()
        await slots.device.kill()
      }
      await slots.device.start()
      await slots.becomesNew()
    },
  )
})

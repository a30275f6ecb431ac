import type { UnitDetail } from '@windlass/wire/operator'
import { line } from '../screen/line.ts'
import { addFirmware, addService, release } from '../unit/make-items.ts'
import { until } from '../unit/start-unit.ts'
import type { UnitLayout } from '../unit/unit-layout.ts'
import { unitId } from '../unit/unit-settings.ts'
import { hold, type Scene } from './scene.ts'
import type { Story } from './story.ts'

const before = ['firmware-edge 2.0.0', 'firmware-main 2.0.0', 'greeter 2.0.0', 'watcher 1.0.0']

/** One release with a new service and new firmware for both nodes of the unit. */
export function unitArrives(layout: UnitLayout): Story {
  return {
    title: 'A unit of two nodes: services first, then a new service and new firmware as one',
    async tell(scene) {
      await addService(layout, scene, 'greeter', '1.0.0')
      await addService(layout, scene, 'watcher', '1.0.0')
      scene.screen.line(line('operator', 'gives the fleet two services, and the unit a release of both'))
      await release(scene, unitId, { name: 'spring', greeter: '1.0.0', watcher: '1.0.0', config: '1.0.0' })
      const first = await arrival(scene)
      hold('what runs where', ['greeter 1.0.0 on main', 'watcher 1.0.0 on edge'], placesOf(first))
      await addService(layout, scene, 'greeter', '2.0.0')
      await addFirmware(layout, scene, '2.0.0')
      scene.screen.line(
        line('operator', 'gives the unit greeter 2.0.0 and firmware 2.0.0 for both nodes, as one release'),
      )
      await release(scene, unitId, {
        name: 'summer',
        greeter: '2.0.0',
        watcher: '1.0.0',
        firmware: '2.0.0',
        config: '1.1.0',
      })
      const unit = await arrival(scene)
      hold('what the unit runs', before, runningOf(unit))
      return {
        outcome: 'arrived, whole',
        facts: [
          'both nodes restarted into firmware 2.0.0, then greeter 2.0.0 took the place of 1.0.0',
          `the unit runs ${runningOf(unit).join(', ')}`,
        ],
      }
    },
  }
}

/** A release that works on one node and not on the other. */
export function unitComesBack(layout: UnitLayout): Story {
  return {
    title: 'A release that fails on one node of the unit',
    async tell(scene) {
      await addService(layout, scene, 'watcher', '3.0.0', true)
      await addFirmware(layout, scene, '3.0.0')
      scene.screen.line(
        line('operator', 'gives the unit firmware 3.0.0, and a watcher 3.0.0 that finds no sensor on the second node'),
      )
      await release(scene, unitId, {
        name: 'autumn',
        greeter: '2.0.0',
        watcher: '3.0.0',
        firmware: '3.0.0',
        config: '1.2.0',
      })
      const failed = await until(
        'the unit to say that it failed and to be back',
        scene,
        (unit) => unit.standing === 'failed' && isBack(unit),
      )
      hold('what the unit runs again', before, runningOf(failed))
      scene.screen.line(line('fleet', `why the unit has not arrived: ${failed.why ?? 'unknown'}`))
      return {
        outcome: 'back everywhere, firmware too',
        facts: [
          'both nodes went back to firmware 2.0.0, although theirs was fine',
          `the fleet knows why: ${failed.why ?? 'unknown'}`,
        ],
      }
    },
  }
}

function isBack(unit: UnitDetail): boolean {
  return JSON.stringify(runningOf(unit)) === JSON.stringify(before)
}

function arrival(scene: Scene): Promise<UnitDetail> {
  return until('the unit to arrive', scene, ({ standing }) => standing === 'arrived')
}

function runningOf({ instances }: UnitDetail): string[] {
  const active = instances.filter(({ state, preinstalled }) => state === 'active' && !preinstalled)
  return active.map(({ itemId, version }) => `${itemId} ${version}`).sort()
}

function placesOf({ instances }: UnitDetail): string[] {
  const active = instances.filter(({ state, preinstalled }) => state === 'active' && !preinstalled)
  return active.map(({ itemId, version, nodeId }) => `${itemId} ${version} on ${nodeId}`).sort()
}

import { createLog } from '@windlass/platform'
import { FakeClock, SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../people/secrets.ts'
import { memoryShared } from '../processes/shared.ts'
import { memoryProjectStore } from './memory-project-store.ts'
import { type Ground, Projects } from './projects.ts'

/** Any number of processes on one store and one ground, which notes what is done to it. `fail`: what fails from now on. */
function world() {
  const store = memoryProjectStore()
  const shared = memoryShared()
  const clock = new FakeClock()
  const done: string[] = []
  const fail = new Set<string>()
  const users = new Map<string, number>()
  const population = { devices: 0, units: 0 }
  const process = (name: string) => {
    const step = async (what: string): Promise<void> => {
      if (fail.has(what)) throw new Error(`${what} was cut off`)
      done.push(`${name}: ${what}`)
    }
    const ground: Ground = {
      make: (project, admin) => step(`make ${project} ${admin.slice(0, 4)}`),
      async open(project) {
        await step(`open ${project}`)
        users.set(project, (users.get(project) ?? 0) + 1)
        return {
          async stop() {
            users.set(project, (users.get(project) ?? 0) - 1)
            await step(`stop ${project}`)
          },
        }
      },
      admit: (project, admin) => step(`admit ${project} ${admin.slice(0, 4)}`),
      population: async () => population,
      isInUse: async (project) => (users.get(project) ?? 0) > 0,
      erase: (project) => step(`erase ${project}`),
    }
    const ports = { store, shared, ground, clock, random: new SeededRandom(1) }
    return new Projects({ ...ports, log: createLog([], () => 0) })
  }
  const looked = async (projects: Projects): Promise<void> => {
    await projects.look()
    await projects.settled()
  }
  return { store, clock, done, fail, population, process, looked }
}

describe('projects', () => {
  it('are served by the process that made them at once, and by others when they look', async () => {
    const { process, looked, done } = world()
    const [a, b] = [process('a'), process('b')]
    const { project, token } = await a.create('acme')
    const digest = digestOf(token).slice(0, 4)
    expect(project).toMatchObject({ name: 'acme', state: 'ready', admin: digestOf(token) })
    await looked(b)
    await looked(b)
    expect(done).toEqual([`a: make acme ${digest}`, 'a: open acme', 'b: open acme'])
    await expect(b.create('acme')).rejects.toMatchObject({ code: 'project_exists' })
  })

  it('are made to the end by whoever lives', async () => {
    const { process, looked, done, fail, store } = world()
    await store.add({ name: 'acme', createdAt: 0, admin: 'abcdef' })
    const b = process('b')
    await looked(b)
    await looked(b)
    expect(done).toEqual(['b: make acme abcd', 'b: open acme'])
    fail.add('admit')
    await expect(b.admit('none')).rejects.toMatchObject({ code: 'project_unknown' })
  })

  it('are tried again after a pause when something failed, and hold up no other', async () => {
    const { process, looked, done, fail, clock, store } = world()
    const a = process('a')
    await store.add({ name: 'bad', createdAt: 0, admin: 'abcdef' })
    fail.add('make bad abcd')
    await looked(a)
    expect(await a.create('good')).toMatchObject({ project: { state: 'ready' } })
    fail.clear()
    await looked(a)
    expect(done.filter((step) => step.includes('bad'))).toEqual([])
    await clock.advance(5_000)
    await looked(a)
    expect(done.at(-1)).toBe('a: make bad abcd')
  })

  it('go when nobody serves them any more, whoever began it', async () => {
    const { process, looked, done, store } = world()
    const [a, b] = [process('a'), process('b')]
    await a.create('acme')
    await looked(b)
    await a.remove('acme', { everything: false })
    await a.settled()
    await looked(a)
    expect(done.slice(3)).toEqual(['a: stop acme'])
    await looked(b)
    expect(done.at(-1)).toBe('b: stop acme')
    await looked(b)
    expect([done.at(-1), await store.projects()]).toEqual(['b: erase acme', []])
    expect(await a.create('acme')).toMatchObject({ project: { state: 'ready' } })
  })

  it('are erased again when that was cut off', async () => {
    const { process, looked, done, fail, clock, store } = world()
    const a = process('a')
    await a.create('acme')
    fail.add('erase acme')
    await a.remove('acme', { everything: false })
    await a.settled()
    await looked(a)
    expect(await store.projects()).toMatchObject([{ state: 'removing' }])
    fail.clear()
    await clock.advance(5_000)
    await looked(process('b'))
    expect([done.at(-1), await store.projects()]).toEqual(['b: erase acme', []])
  })

  it('keep devices and units unless all of it is meant', async () => {
    const { process, population, store } = world()
    const a = process('a')
    await a.create('acme')
    population.units = 1
    await expect(a.remove('acme', { everything: false })).rejects.toMatchObject({ code: 'project_in_use' })
    expect(await store.projects()).toMatchObject([{ state: 'ready' }])
    expect(await a.remove('acme', { everything: true })).toMatchObject({ state: 'removing' })
    await expect(a.remove('none', { everything: true })).rejects.toMatchObject({ code: 'project_unknown' })
  })
})

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { siteTree, systemTree } from '../images/gateway.ts'
import { packTar } from '../images/tar.ts'
import { treeOf, writeTree } from '../images/tree.ts'
import { parseEnvironment } from './boot-environment.ts'
import type { DeviceLayout } from './layout.ts'
import { makeDevice } from './make-device.ts'

describe("the device's programs", () => {
  let layout: DeviceLayout
  const run = (program: string, ...args: string[]): string => {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  }
  const boot = (name: string, ...args: string[]): string => run(join(layout.programs, name), ...args)
  const environment = async () => parseEnvironment(await readFile(layout.bootEnvironment, 'utf8'))

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "it's a device "))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = async (name: string, content: string | Uint8Array): Promise<string> => {
      await writeFile(join(folder, name), content)
      return join(folder, name)
    }
    const site = await file('site.tar', packTar(siteTree('1.0')))
    const release = { version: '1.0', system: await file('system.img', 'image'), site, packedSite: '' }
    const publicKey = await file('key', 'PEM')
    const facts = {
      product: 'f'.repeat(64),
      hardware: 'gw',
      serial: 'A1',
      server: 'http://localhost:1',
      listen: 'localhost:2',
    }
    layout = await makeDevice({ ...facts, folder: join(folder, 'device'), publicKey }, release)
    await writeTree(systemTree('1.0', { uplink: true }), layout.root)
    await writeTree(siteTree('1.0'), layout.root)
  })

  it('mark a slot for a trial, and confirm it', async () => {
    expect(boot('updatehub-active-get')).toBe('0')
    boot('updatehub-active-set', '1')
    expect(await environment()).toEqual({ active: 'b', onTrial: true, starts: 0 })
    boot('updatehub-active-validated')
    expect(await environment()).toEqual({ active: 'b', onTrial: false, starts: 0 })
    expect(boot('updatehub-active-get')).toBe('1')
  })

  it('know no third slot', async () => {
    expect(() => boot('updatehub-active-set', '2')).toThrow(/expected 0 or 1/)
    expect(await environment()).toMatchObject({ active: 'a', onTrial: false })
  })

  it('ask for a restart', () => {
    boot('reboot')
    expect(existsSync(layout.restartWanted)).toBe(true)
  })

  it('tell who the device is, with the version of the slot that runs', () => {
    const said = ['product-uid', 'version', 'hardware', 'device-identity.d/serial'].map((n) =>
      run(join(layout.metadata, n)),
    )
    expect(said).toEqual(['f'.repeat(64), '1.0', 'gw', 'serial=A1'])
  })

  it('let a system stay that can do its work', () => {
    expect(run(join(layout.metadata, 'validate-callback'))).toBe('')
  })

  it.each([
    ['without its uplink', { 'etc/gateway.conf': 'name=gateway\n' }, 'no uplink'],
    ['whose tarball is of another version', { 'opt/site/version': '0.9\n' }, 'system 1.0 with site 0.9'],
  ])('do not let a system stay %s', async (_, files, why) => {
    await writeTree(treeOf(files), layout.root)
    expect(() => run(join(layout.metadata, 'validate-callback'))).toThrow(why)
  })
})

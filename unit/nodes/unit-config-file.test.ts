import type { UnitConfig } from '@windlass/model/unit'
import { FakeFiles } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { UnitConfigFile } from './unit-config-file.ts'

const path = '/unit/aos_unit.cfg'
const copy = `${path}.copy`
const config = (version: string): UnitConfig => ({ version, formatVersion: '1', nodes: [] })

async function written(): Promise<FakeFiles> {
  const files = new FakeFiles()
  await (await UnitConfigFile.open(files, path)).set(config('1.0.0'))
  return files
}

it.each([path, copy])('a configuration of which the disk forgot %s is read from the other file', async (lost) => {
  const files = await written()
  await files.replace(lost, 'oops')
  expect((await UnitConfigFile.open(files, path)).config).toEqual(config('1.0.0'))
})

it('a configuration of which both files are broken has failed, and may be replaced', async () => {
  const files = await written()
  for (const one of [path, copy]) await files.replace(one, 'oops')
  const file = await UnitConfigFile.open(files, path)
  expect(file.status()).toMatchObject({ state: 'failed', error: { message: expect.stringContaining(path) as string } })
  await file.set(config('0.1.0'))
  expect((await UnitConfigFile.open(files, path)).config).toEqual(config('0.1.0'))
})

it('a configuration that is taken away leaves nothing behind', async () => {
  const files = await written()
  await (await UnitConfigFile.open(files, path)).set(undefined)
  expect(await Promise.all([path, copy].map((one) => files.facts(one)))).toEqual([undefined, undefined])
})

import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { platformName } from '@windlass/images'
import { decodeItemConfig } from '@windlass/wire/oci'
import type { ItemRecord, OperatorClient } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command, type Io } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { contentOfComponent, contentOfLayout, type ItemContent } from '../items/content.ts'
import { withLayout } from '../items/opened-image.ts'
import { registryLogin } from '../items/registry-login.ts'
import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { needed, optional, several } from '../params.ts'
import { smallFile } from '../small-file.ts'

export const itemsAdd = command({
  name: 'items add',
  description: 'Give the fleet a version of an item for units: a service from an OCI image, or a firmware component',
  params: {
    file: optional(
      '[file]',
      'an OCI layout (folder, or archive as `skopeo copy … oci-archive:FILE` makes), or a component image',
    ),
    from: optional('--from <reference>', 'the fleet fetches it: docker://HOST/REPOSITORY[:TAG][@DIGEST]'),
    login: optional('--login-file <file>', 'with --from: USER:PASSWORD for the registry; the fleet does not keep it'),
    id: needed('--id <id>', 'name of the item'),
    version: needed('--item-version <version>', 'SemVer'),
    platforms: several('--platform <os/arch...>', 'only these of an image, as in linux/arm64 (default: all it has)'),
    component: optional('--component <type>', 'it is firmware, for update managers or runtimes of this type'),
    config: optional('--config <file>', 'JSON: quotas, runtimes and so on of a service (AosCore item configuration)'),
    owner: optional('--owner <id>', 'whose item it is (default: windlass)'),
    fleet: fleetParam,
  },
  async run({ fleet, ...asked }, io) {
    checkTogether(asked)
    const client = connect(fleet, io)
    const record = asked.from === undefined ? await uploaded(client, asked, io) : await pulled(client, asked, io)
    const page = facts({
      item: record.itemId,
      version: record.version,
      type: record.type,
      size: bytesText(record.size),
      index: record.indexDigest,
    })
    return { page, json: record }
  },
})

interface Asked {
  file: string | undefined
  from: string | undefined
  login: string | undefined
  id: string
  version: string
  platforms: readonly string[]
  component: string | undefined
  config: string | undefined
  owner: string | undefined
}

function checkTogether({ file, from, login, platforms, component, config }: Asked): void {
  if ((file === undefined) === (from === undefined)) throw new CliError('usage', 'expected either a file or --from')
  if (login !== undefined && from === undefined) throw new CliError('usage', '--login-file goes with --from')
  if (component !== undefined && config !== undefined)
    throw new CliError('usage', '--config is for services, not for components')
  if (file !== undefined && component !== undefined && platforms.length > 0)
    throw new CliError('usage', '--platform is for images, not for the file of a component')
  const odd = platforms.find((name) => !platformName.test(name))
  if (odd !== undefined) throw new CliError('usage', `--platform: expected OS/ARCHITECTURE[/VARIANT], got ${odd}`)
}

function named({ id, version, component, owner }: Asked) {
  const type = component === undefined ? ('service' as const) : ('component' as const)
  return { itemId: id, type, version, ...(owner !== undefined && { ownerId: owner }) }
}

async function uploaded(client: OperatorClient, asked: Asked, io: Io): Promise<ItemRecord> {
  const { file = '', component, config, platforms } = asked
  const path = resolve(io.cwd, file)
  const add = async (content: ItemContent) => {
    await send(client, content, io)
    return client.addItem({ ...named(asked), indexDigest: content.indexDigest })
  }
  if (component !== undefined) return add(await contentOfComponent(path, component, { type: 'full' }))
  const itemConfig = config === undefined ? undefined : decodeItemConfig(await smallFile(resolve(io.cwd, config)))
  return withLayout(path, async (folder) => add(await contentOfLayout(folder, { platforms, itemConfig })))
}

async function pulled(client: OperatorClient, asked: Asked, io: Io): Promise<ItemRecord> {
  const { from = '', login, component, config, platforms } = asked
  const itemConfig = component === undefined ? await document(config, io) : { runtimes: [{ codename: component }] }
  const order = {
    ...named(asked),
    from,
    platforms: [...platforms],
    ...(itemConfig && { itemConfig }),
    ...(login !== undefined && { login: await registryLogin(resolve(io.cwd, login)) }),
  }
  const bar = io.progress('fetching')
  try {
    const progress = ({ done, bytes }: { done: number; bytes: number }) => bar.show(done, bytes)
    return await client.pullItem(order, { progress, signal: io.signal })
  } finally {
    bar.end()
  }
}

/** Checked here, where the file has a name, and again by the fleet. */
async function document(path: string | undefined, io: Io): Promise<Record<string, unknown> | undefined> {
  if (path === undefined) return undefined
  const bytes = await smallFile(resolve(io.cwd, path))
  decodeItemConfig(bytes)
  return JSON.parse(bytes.toString()) as Record<string, unknown>
}

/** Only what the fleet lacks goes over the line. */
async function send(client: OperatorClient, { blobs }: ItemContent, io: Io): Promise<void> {
  const total = blobs.reduce((sum, { size }) => sum + size, 0)
  const bar = io.progress('sending')
  let done = 0
  try {
    for (const blob of blobs) {
      const body = 'path' in blob ? createReadStream(blob.path, { highWaterMark: 256 * 1024 }) : whole(blob.bytes)
      const before = done
      const progress = (sent: number) => bar.show(before + sent, total)
      if (!(await client.hasBlob(blob.digest))) await client.putBlob(blob.digest, { body, progress, signal: io.signal })
      done += blob.size
      bar.show(done, total)
    }
  } finally {
    bar.end()
  }
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

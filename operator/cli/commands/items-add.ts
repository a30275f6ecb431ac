import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { decodeItemConfig } from '@windlass/wire/oci'
import type { OperatorClient } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'
import { command, type Io } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { contentOfComponent, contentOfLayout, type ItemContent } from '../items/content.ts'
import { withLayout } from '../items/opened-image.ts'
import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { needed, optional, required } from '../params.ts'

export const itemsAdd = command({
  name: 'items add',
  description: 'Give the fleet a version of an item for units: a service from an OCI image, or a firmware component',
  params: {
    file: required(
      '<file>',
      'an OCI layout (folder, or archive as `skopeo copy … oci-archive:FILE` makes), or a component image',
    ),
    id: needed('--id <id>', 'name of the item'),
    version: needed('--item-version <version>', 'SemVer'),
    component: optional('--component <type>', 'it is firmware, for update managers or runtimes of this type'),
    config: optional('--config <file>', 'JSON: quotas, runtimes and so on of a service (AosCore item configuration)'),
    owner: optional('--owner <id>', 'whose item it is (default: windlass)'),
    fleet: fleetParam,
  },
  async run({ file, id, version, component, config, owner, fleet }, io) {
    const client = connect(fleet, io)
    const path = resolve(io.cwd, file)
    if (component !== undefined && config !== undefined)
      throw new CliError('usage', '--config is for services, not for components')
    const add = async (content: ItemContent) => {
      await send(client, content, io)
      const type = component === undefined ? ('service' as const) : ('component' as const)
      return client.addItem({
        itemId: id,
        type,
        version,
        ...(owner !== undefined && { ownerId: owner }),
        indexDigest: content.indexDigest,
      })
    }
    const record =
      component === undefined
        ? await withLayout(path, async (folder) => add(await contentOfLayout(folder, await itemConfig(config, io))))
        : await add(await contentOfComponent(path, component, { type: 'full' }))
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

async function itemConfig(path: string | undefined, io: Io) {
  return path === undefined ? undefined : decodeItemConfig(await readFile(resolve(io.cwd, path)))
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

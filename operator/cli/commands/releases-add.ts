import { resolve } from 'node:path'
import { releaseOrder } from '@windlass/wire/operator'
import { parse } from 'yaml'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { required } from '../params.ts'
import { smallText } from '../small-file.ts'

export const releasesAdd = command({
  name: 'releases add',
  description:
    'Make a release for units: which items in which versions, and how often they run for whom. It never changes',
  params: { file: required('<file>', 'YAML or JSON: name, items, instances, unitConfig, …'), fleet: fleetParam },
  async run({ file, fleet }, io) {
    const path = resolve(io.cwd, file)
    const read = releaseOrder.safeParse(parseText(path, await smallText(path)))
    if (!read.success) {
      const [issue] = read.error.issues
      throw new CliError('data', `${path}: ${issue?.path.join('.') || 'top level'}: ${issue?.message}`)
    }
    const release = await connect(fleet, io).addRelease(read.data)
    const next = `Next: windlass units release UNIT --release ${release.id}`
    return { page: `Release ${release.id} (${release.content.name}) is ready.\n\n${next}`, json: release }
  },
})

function parseText(path: string, text: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
    throw new CliError('data', `${path}: expected YAML or JSON, got: ${why}`, { cause })
  }
}

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { shortId } from '../fleet/name.ts'
import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { required } from '../params.ts'

export const publish = command({
  name: 'publish',
  description: 'Give a package to the fleet, which checks it and keeps it; no device gets it yet',
  params: { file: required('<file>', 'a package'), fleet: fleetParam },
  async run({ file, fleet }, io) {
    const path = resolve(io.cwd, file)
    const about = await stat(path)
    if (!about.isFile()) throw new CliError('missing', `${path}: expected a file, got a folder or a device`)
    const client = connect(fleet, io)
    const bar = io.progress('publishing')
    try {
      const record = await client.uploadPackage({
        body: createReadStream(path, { highWaterMark: 256 * 1024 }),
        progress: (sent) => bar.show(sent, about.size),
        signal: io.signal,
      })
      if (!record.signed) io.warn('THE PACKAGE IS NOT SIGNED: devices that have a key will refuse it')
      const page = facts({
        published: record.uid,
        product: record.product,
        version: record.version,
        size: bytesText(record.size),
        signature: record.signed ? 'signed' : 'NOT SIGNED',
      })
      return { page: `${page}\n\nNext: windlass rollout start ${shortId(record.uid)} --product`, json: record }
    } finally {
      bar.end()
    }
  },
})

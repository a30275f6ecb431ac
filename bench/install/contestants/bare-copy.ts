import { alone, type Contestant } from '../contestant.ts'

/** What can hardly be done with less: digest the image, copy it, sync. Nothing is unpacked and nobody's signature checked. */
export const bareCopy: Contestant = {
  name: 'dd+sha256sum',
  needs: { dd: 'coreutils', sha256sum: 'coreutils' },
  prepare: async () => {},
  start: async ({ image, target }) =>
    alone(async (spawn) => {
      await spawn({ command: 'sha256sum', args: [image.path] })
      const args = [`if=${image.path}`, `of=${target.path}`, 'bs=1M', 'conv=fsync,notrunc', 'status=none']
      await spawn({ command: 'dd', args })
    }),
}

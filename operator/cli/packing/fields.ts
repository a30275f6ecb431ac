import type { Mode } from '@windlass/model'

/** How the text of a description becomes a value of the metadata. */
export type Kind = 'text' | 'integer' | 'chunk' | 'count' | 'flag' | 'owner' | 'condition'

/** Every field a description may give to an object, under its metadata name (updatehub.md 5.2, 5.3). */
export const fieldKinds = {
  'target-type': 'text',
  target: 'text',
  'target-path': 'text',
  filesystem: 'text',
  'mount-options': 'text',
  'format?': 'flag',
  'format-options': 'text',
  'target-mode': 'text',
  'target-uid': 'owner',
  'target-gid': 'owner',
  'chunk-size': 'chunk',
  skip: 'integer',
  seek: 'integer',
  count: 'count',
  truncate: 'flag',
  compressed: 'flag',
  'required-uncompressed-size': 'integer',
  'install-if-different': 'condition',
  '1k_padding': 'flag',
  search_exponent: 'integer',
  chip_0_device_path: 'text',
  chip_1_device_path: 'text',
  'force-check-requirements-fail': 'flag',
} as const satisfies Record<string, Kind>
export type Field = keyof typeof fieldKinds

/** What a mode must be told, what it may be told, and what is written where nothing is said. */
export interface ModeFields {
  needs: readonly Field[]
  may: readonly Field[]
  defaults: Partial<Record<Field, string | number | boolean>>
}

const condition = ['install-if-different'] as const
const compression = ['compressed', 'required-uncompressed-size'] as const
const filesystem = ['target-type', 'mount-options', 'format?', 'format-options'] as const
const nothing: ModeFields = { needs: [], may: [], defaults: {} }

/** The defaults are uhu's, which writes every one that exists (updatehub.md 5.8). */
export const modeFields: Record<Mode, ModeFields> = {
  copy: {
    needs: ['target', 'target-path', 'filesystem'],
    may: [...filesystem, 'target-mode', 'target-uid', 'target-gid', ...compression, ...condition],
    defaults: { 'target-type': 'device', 'format?': false },
  },
  flash: { needs: ['target'], may: ['target-type', ...condition], defaults: { 'target-type': 'device' } },
  imxkobs: {
    needs: [],
    may: ['1k_padding', 'search_exponent', 'chip_0_device_path', 'chip_1_device_path', ...condition],
    defaults: {},
  },
  raw: {
    needs: ['target'],
    may: ['target-type', 'chunk-size', 'skip', 'seek', 'count', 'truncate', ...compression, ...condition],
    defaults: { 'target-type': 'device', 'chunk-size': 131072, skip: 0, seek: 0, count: -1, truncate: false },
  },
  'raw-delta': {
    needs: ['target'],
    may: ['target-type', 'chunk-size', 'seek'],
    defaults: { 'target-type': 'device', 'chunk-size': 131072, seek: 0 },
  },
  tarball: {
    needs: ['target', 'target-path', 'filesystem'],
    may: filesystem,
    defaults: { 'target-type': 'device', 'format?': false },
  },
  test: {
    needs: ['target'],
    may: ['force-check-requirements-fail'],
    defaults: { 'force-check-requirements-fail': false },
  },
  ubifs: { needs: ['target'], may: ['target-type', ...compression], defaults: { 'target-type': 'ubivolume' } },
  mender: nothing,
  'uboot-env': nothing,
  zephyr: nothing,
}

/** Whether a compressed payload of this mode is unpacked by the agent, and so has to be declared (5.10, 6). */
export function declaresCompression(mode: Mode): boolean {
  return modeFields[mode].may.includes('compressed')
}

import { readFileSync } from 'node:fs'
import { foreign } from '@windlass/firmware/parsers'
import {
  checkMetadata,
  decodeExtraPoll,
  decodeInfo,
  decodeLocalInstall,
  decodeLog,
  decodeMetadata,
  decodeProbeAnswer,
  decodeProbeOrder,
  decodeRemoteInstall,
  decodeSignature,
  WireError,
} from '@windlass/wire/updatehub'
import type { Target } from '../target.ts'

const golden = readFileSync(new URL('../../../core/trust/fixtures/golden.metadata.json', import.meta.url))
const refuses = (error: unknown) => error instanceof WireError
const sum = 'a'.repeat(64)
const object = { filename: 'f', size: 1, sha256sum: sum }
const objects = [
  {
    mode: 'raw',
    'target-type': 'device',
    target: '/dev/x',
    'chunk-size': 4096,
    skip: 1,
    seek: 0,
    count: -1,
    truncate: true,
    compressed: true,
    'required-uncompressed-size': 9,
  },
  {
    mode: 'copy',
    'target-type': 'device',
    target: '/dev/x',
    filesystem: 'ext4',
    'target-path': '/a',
    'target-permissions': { 'target-mode': '0644', 'target-uid': 0 },
    'format?': true,
    'format-options': '-F',
  },
  { mode: 'tarball', 'target-type': 'device', target: '/dev/x', filesystem: 'ext4', 'target-path': '/' },
  { mode: 'flash', 'target-type': 'mtdname', target: 'boot' },
  {
    mode: 'ubifs',
    'target-type': 'ubivolume',
    target: 'root',
    'install-if-different': { version: '1', pattern: 'linux-kernel' },
  },
  { mode: 'imxkobs', '1k_padding': true, search_exponent: 2, 'install-if-different': 'sha256sum' },
  { mode: 'raw-delta', 'target-type': 'device', target: '/dev/x', 'delta-url': 'http://x' },
  { mode: 'uboot-env' },
]
const rich = {
  product: sum,
  version: '1.2',
  'supported-hardware': ['a', 'b'],
  objects: [0, 1].map(() => objects.map((more) => ({ ...object, ...more }))),
}

const metadata: Target = {
  name: 'metadata',
  json: true,
  seeds: [golden, JSON.stringify(rich), JSON.stringify({ ...rich, 'supported-hardware': 'any' })],
  tokens: ['"objects"', '"mode"', '"__proto__"', '{', '}', '[', ']', ',', ':', '\\u0000', '1e999'],
  read(input) {
    checkMetadata(input)
    decodeMetadata(input)
  },
  refuses,
}

/** The first byte says which of the three it is. */
const localApi: Target = {
  name: 'local-api',
  json: true,
  seeds: ['{"custom_server":"http://x"}', '{"file":"/x.uhupkg"}', '{"url":"http://x/y"}', ''],
  tokens: ['"file"', '"url"', '"custom_server"', '{', '}', 'http://', 'localhost:8080', '127.0.0.1', '[::1]'],
  read(input) {
    const text = Buffer.from(input).toString('latin1')
    foreign({ host: text.slice(0, 80), origin: `http://${text.slice(0, 40)}` })
    const readers = [decodeProbeOrder, decodeLocalInstall, decodeRemoteInstall]
    for (const read of readers) refusing(() => read(input))
  },
  refuses,
}

/** What a server, or an agent that is asked, may answer. */
const answers: Target = {
  name: 'answers',
  json: true,
  seeds: [
    '"updating"',
    '{"try_again":30}',
    '{"entries":[{"level":"info","message":"x","time":"2026-01-01T00:00:00Z","data":{}}]}',
    '3600',
    'aGVsbG8=',
  ],
  tokens: ['"no_update"', '"try_again"', '"entries"', '=', '-1', '1e9'],
  read(input) {
    const text = Buffer.from(input).toString()
    decodeExtraPoll(text)
    decodeSignature(text)
    for (const read of [decodeProbeAnswer, decodeInfo, decodeLog]) refusing(() => read(input))
  },
  refuses,
}

function refusing(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!refuses(error)) throw error
  }
}

export const updatehub: readonly Target[] = [metadata, localApi, answers]

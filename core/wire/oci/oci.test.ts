import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  componentImage,
  decodeImageConfig,
  decodeIndex,
  decodeIndexOrManifest,
  decodeItemConfig,
  decodeManifest,
  defaultItemConfig,
  encodeImageConfig,
  encodeIndex,
  encodeItemConfig,
  encodeManifest,
  type ItemConfig,
  isAttestation,
  layerPacking,
  mediaTypes,
  mostDocumentBytes,
  WireError,
} from './index.ts'

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const blob = (digit: string, mediaType: string = mediaTypes.layerGzip) => ({
  mediaType,
  digest: digest(digit),
  size: 7,
})

describe('an index', () => {
  it('is read with its platforms, whatever the case of its keys', () => {
    const platform = { Architecture: 'arm', VARIANT: 'v7', os: 'linux', 'OS.Version': '6', 'os.features': ['x'] }
    const read = decodeIndex(bytes({ SchemaVersion: 2, Manifests: [{ ...blob('a'), Platform: platform }] }))
    expect(read.entries).toEqual([
      {
        ...blob('a'),
        platform: { architecture: 'arm', variant: 'v7', os: 'linux', osVersion: '6', osFeatures: ['x'] },
        annotations: {},
      },
    ])
  })

  it('comes back from its own encoding', () => {
    const platform = { architecture: 'amd64', os: 'linux', osFeatures: [] }
    const index = { entries: [{ ...blob('a', mediaTypes.manifest), platform, annotations: { 'a.b': 'c' } }] }
    expect(decodeIndex(bytes(encodeIndex(index)))).toEqual(index)
  })

  it('may be a plain manifest: by its media type, or because it lists no manifests', () => {
    const manifest = { config: blob('c', mediaTypes.config), layers: [blob('d')] }
    const docker = { ...manifest, mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }
    const read = { kind: 'manifest', manifest: { ...manifest, annotations: {} } }
    expect(decodeIndexOrManifest(bytes(manifest))).toEqual(read)
    expect(decodeIndexOrManifest(bytes({ schemaVersion: 2, ...docker }))).toEqual(read)
    expect(decodeIndexOrManifest(bytes({ manifests: [] }))).toEqual({ kind: 'index', index: { entries: [] } })
  })

  it('says where it is off, what was expected and what came', () => {
    const off = { manifests: [blob('a'), { ...blob('b'), digest: 'sha512:ab' }] }
    expect(() => decodeIndex(bytes(off))).toThrow(
      'index.manifests[1].digest: expected "sha256:" and 64 lower-case hexadecimal digits, got "sha512:ab"',
    )
    expect(() => decodeIndex(bytes({ schemaVersion: 1, manifests: [] }))).toThrow('index.schemaVersion: expected 2')
    expect(() => decodeIndex(bytes([]))).toThrow('index: expected an object, got Array')
    expect(() => decodeIndex(bytes('{"manifests":['))).toThrow('index: expected JSON')
    expect(() => decodeIndex(bytes({ manifests: [{ ...blob('a'), size: -1 }] }))).toThrow(
      'index.manifests[0].size: expected a number from 0 on, got -1',
    )
  })

  it('has bounds: its bytes and the length of its list', () => {
    expect(() => decodeIndex(new Uint8Array(mostDocumentBytes + 1))).toThrow('expected at most 4194304 bytes')
    const many = Array.from({ length: 1025 }, () => blob('a'))
    expect(() => decodeIndex(bytes({ manifests: many }))).toThrow('index.manifests: expected at most 1024 entries')
  })

  it('tells attestations of build tools from images', () => {
    const unknown = { architecture: 'unknown', os: 'unknown', osFeatures: [] }
    expect(isAttestation({ platform: unknown, annotations: {} })).toBe(true)
    expect(isAttestation({ annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } })).toBe(true)
    expect(isAttestation({ platform: { ...unknown, os: 'linux' }, annotations: {} })).toBe(false)
  })
})

describe('a manifest', () => {
  const manifest = {
    config: blob('c', mediaTypes.config),
    layers: [blob('d'), blob('e')],
    itemConfig: blob('f', mediaTypes.itemConfig),
    annotations: { type: 'full' },
  }

  it('comes back from its own encoding', () => {
    expect(decodeManifest(bytes(encodeManifest(manifest)))).toEqual(manifest)
  })

  it("has AosCore's item configuration under the newer or the older key, or none", () => {
    const { config, layers, itemConfig } = manifest
    expect(decodeManifest(bytes({ config, layers, aosItemConfig: itemConfig })).itemConfig).toEqual(itemConfig)
    expect(decodeManifest(bytes({ config, layers, AosService: itemConfig })).itemConfig).toEqual(itemConfig)
    expect(decodeManifest(bytes({ config, layers }))).not.toHaveProperty('itemConfig')
  })

  it('must have a configuration', () => {
    expect(() => decodeManifest(bytes({ layers: [] }))).toThrow('manifest.config: expected')
  })
})

describe('an image configuration', () => {
  it('comes back from its own encoding', () => {
    const image = {
      platform: { architecture: 'arm64', variant: 'v8', os: 'linux', osFeatures: [] },
      exposedPorts: ['80/tcp'],
      env: ['A=1'],
      entrypoint: ['/bin/app'],
      cmd: ['--serve'],
      workingDir: '/srv',
      user: '1000:1000',
      diffIds: [digest('a')],
    }
    expect(decodeImageConfig(bytes(encodeImageConfig(image)))).toEqual(image)
  })

  it("is read as Docker writes it, with nulls for what isn't there", () => {
    const docker = {
      architecture: 'amd64',
      os: 'linux',
      config: {
        Env: null,
        Cmd: ['sh'],
        Entrypoint: null,
        ExposedPorts: { '80/tcp': {} },
        WorkingDir: '',
        Labels: null,
      },
      container_config: { Cmd: ['ignored'] },
      rootfs: { type: 'layers', diff_ids: [digest('1')] },
      history: [{ created_by: 'x' }],
    }
    expect(decodeImageConfig(bytes(docker))).toEqual({
      platform: { architecture: 'amd64', os: 'linux', osFeatures: [] },
      exposedPorts: ['80/tcp'],
      env: [],
      entrypoint: [],
      cmd: ['sh'],
      workingDir: '',
      user: '',
      diffIds: [digest('1')],
    })
  })

  it('may be empty, as a component’s is', () => {
    expect(decodeImageConfig(bytes({})).platform).toEqual({ architecture: '', os: '', osFeatures: [] })
  })
})

describe('an item configuration', () => {
  it('says nothing: the defaults', () => {
    expect(decodeItemConfig(bytes({}))).toEqual(defaultItemConfig)
    expect(decodeItemConfig(bytes({ quotas: null, runtimes: null, balancingPolicy: '' }))).toEqual(defaultItemConfig)
  })

  it('is read whole, whatever the case of its keys and the form of its time spans', () => {
    const read = decodeItemConfig(
      bytes({
        Created: '2026-01-01T00:00:00Z',
        SkipResourceLimits: true,
        hostName: 'web',
        balancingpolicy: 'disabled',
        runtimes: [{ Codename: 'crun' }],
        runParameters: { startInterval: 'PT30S', StartBurst: 3, restartInterval: '1m' },
        sysctl: { 'net.ipv4.ip_forward': '1' },
        offlineTTL: 3600,
        quotas: { cpuDMIPSLimit: 500, RAMLimit: 1024, pidsLimit: 4, tmpLimit: 5, downloadSpeed: 9 },
        requestedResources: { cpu: 100, ram: 512 },
        allowedConnections: { 'item/80/tcp': {}, 'item/1-9/udp': {} },
        resources: [{ name: 'camera', mode: 'rw' }],
        permissions: { vis: { 'Signal.*': 'r' } },
        alertRules: { cpu: { minTimeout: 'PT1S', minThreshold: 40, maxThreshold: 50 } },
      }),
    )
    expect(read).toEqual({
      skipResourceLimits: true,
      hostname: 'web',
      balancing: 'disabled',
      runtimes: ['crun'],
      runParameters: { startIntervalMs: 30_000, startBurst: 3, restartIntervalMs: 60_000 },
      sysctl: { 'net.ipv4.ip_forward': '1' },
      offlineTtlMs: 3_600_000,
      quotas: { cpuDmips: 500, ram: 1024, pids: 4, tmp: 5, downloadSpeed: 9 },
      requested: { cpu: 100, ram: 512 },
      allowedConnections: ['item/80/tcp', 'item/1-9/udp'],
      resources: [{ name: 'camera', mode: 'rw' }],
      permissions: { vis: { 'Signal.*': 'r' } },
      alertRules: { cpu: { minTimeoutMs: 1000, minThreshold: 40, maxThreshold: 50 }, partitions: [] },
    } satisfies ItemConfig)
  })

  it('of the older generation names runners, resources and devices', () => {
    const older = { runners: ['runc'], resources: ['bluetooth'], devices: [{ name: 'cam', permissions: 'rwm' }] }
    expect(decodeItemConfig(bytes(older))).toEqual({
      ...defaultItemConfig,
      runtimes: ['runc'],
      resources: [
        { name: 'bluetooth', mode: '' },
        { name: 'cam', mode: 'rwm' },
      ],
    })
  })

  it('says where it is off', () => {
    expect(() => decodeItemConfig(bytes({ quotas: { ramLimit: 'much' } }))).toThrow(
      'item config.quotas.ramLimit: expected',
    )
    expect(() => decodeItemConfig(bytes({ offlineTTL: 'soon' }))).toThrow(
      'item config.offlineTTL: expected seconds, "10s" or "PT10S", got "soon"',
    )
    expect(() => decodeItemConfig(bytes({ balancingPolicy: 'maybe' }))).toThrow('item config.balancingPolicy: expected')
  })

  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  const rule = fc.record({ minTimeoutMs: fc.nat(), minThreshold: fc.nat(100), maxThreshold: fc.nat(100) })
  const amounts = (...keys: string[]) =>
    fc.record(Object.fromEntries(keys.map((key) => [key, fc.nat()])), { requiredKeys: [] })
  const anyItem: fc.Arbitrary<unknown> = fc.record(
    {
      skipResourceLimits: fc.boolean(),
      hostname: fc.string(),
      balancing: fc.constantFrom('enabled', 'disabled'),
      runtimes: fc.array(fc.string()),
      runParameters: amounts('startIntervalMs', 'startBurst', 'restartIntervalMs'),
      sysctl: fc.dictionary(fc.stringMatching(/^net[a-z.]*$/), fc.string()),
      offlineTtlMs: fc.nat(),
      quotas: amounts('cpuDmips', 'ram', 'pids', 'noFile', 'tmp', 'state', 'storage', 'uploadSpeed', 'upload'),
      requested: amounts('cpu', 'ram', 'storage', 'state'),
      allowedConnections: fc.uniqueArray(fc.stringMatching(/^[a-z]+\/[0-9]+\/tcp$/)),
      resources: fc.array(fc.record({ name: fc.string(), mode: fc.string() })),
      permissions: fc.dictionary(
        fc.stringMatching(/^s[a-z]*$/),
        fc.dictionary(fc.stringMatching(/^f[a-z]*$/), fc.string()),
      ),
      alertRules: some(fc.record({ cpu: rule, partitions: fc.array(rule.map((one) => ({ name: 'p', ...one }))) })),
    },
    { requiredKeys: Object.keys(defaultItemConfig) as never },
  )

  it('comes back from its own encoding', () => {
    fc.assert(
      fc.property(anyItem, (item) => {
        const plain: unknown = JSON.parse(JSON.stringify(item))
        expect(decodeItemConfig(bytes(encodeItemConfig(item as ItemConfig)))).toEqual(plain)
      }),
    )
  })
})

describe('any document', () => {
  it('is read, or refused with its place: nothing else', () => {
    const decoders = [decodeIndex, decodeIndexOrManifest, decodeManifest, decodeImageConfig, decodeItemConfig]
    const likely = fc.constantFrom('manifests', 'config', 'layers', 'platform', 'quotas', 'runtimes', '__proto__')
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(likely, fc.jsonValue()))
    fc.assert(
      fc.property(fc.constantFrom(...decoders), value, (decode, json) => {
        try {
          decode(bytes(json))
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('media types', () => {
  it('say how a layer is packed', () => {
    expect(layerPacking(mediaTypes.layer)).toBe('tar')
    expect(layerPacking(mediaTypes.layerGzip)).toBe('gzip')
    expect(layerPacking('application/vnd.docker.image.rootfs.diff.tar.gzip')).toBe('gzip')
    expect(layerPacking('application/vnd.oci.image.layer.v1.tar+zstd')).toBe('zstd')
    expect(layerPacking('application/vnd.in-toto+json')).toBeUndefined()
  })

  it("say whether a layer is a component's image", () => {
    expect(componentImage(mediaTypes.componentFullGzip)).toBe('full')
    expect(componentImage(mediaTypes.componentIncrementalSquashfs)).toBe('incremental')
    expect(componentImage('vnd.aos.image.component.full.v1+squashfs')).toBe('full')
    expect(componentImage(mediaTypes.layer)).toBeUndefined()
  })
})

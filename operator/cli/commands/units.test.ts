import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { decodeIndex, decodeItemConfig, decodeManifest } from '@windlass/wire/oci'
import type { UnitDetail } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { FakeUnitFleet } from '../fleet/fake-unit-fleet.ts'
import { say } from '../test-ports.ts'

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** An OCI layout with one image of one layer, in a folder. */
async function layout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'items-'))
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
  const put = async (content: string | object, mediaType: string) => {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    const digest = digestOf(bytes)
    await writeFile(join(folder, 'blobs', digest.replace(':', '/')), bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const config = await put({ os: 'linux', architecture: 'amd64' }, 'application/vnd.oci.image.config.v1+json')
  const layer = await put('a layer', 'application/vnd.oci.image.layer.v1.tar')
  const manifest = await put(
    { schemaVersion: 2, config, layers: [layer] },
    'application/vnd.oci.image.manifest.v1+json',
  )
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  return folder
}

const unit: UnitDetail = {
  id: 'boat-1',
  model: 'boat',
  connected: true,
  labels: { site: 'Oslo' },
  release: { id: 2, name: 'summer' },
  standing: 'failed',
  why: 'app 2.0.0, instance 0 on edge: exited with 3',
  firstSeen: '2026-01-02T03:04:05.000Z',
  lastSeen: '2026-01-02T03:04:06.000Z',
  nodes: [
    {
      nodeId: 'edge',
      type: 'camera',
      title: '',
      state: 'provisioned',
      connected: false,
      runtimes: ['runc'],
      maxDmips: 0,
      totalRam: 0,
      error: 'SM connection timeout',
    },
  ],
  items: [],
  instances: [
    {
      itemId: 'app',
      subjectId: 'unit',
      index: 0,
      type: 'service',
      version: '1.0.0',
      nodeId: 'edge',
      state: 'active',
      preinstalled: false,
      error: null,
    },
  ],
  unitConfig: [{ version: '1.0.0', state: 'installed', error: null }],
}

describe('windlass items add', () => {
  it('sends an image as it is, and only what the fleet lacks', async () => {
    const fleet = new FakeUnitFleet()
    const folder = await layout()
    const add = (version: string) =>
      say(['items', 'add', folder, '--id', 'app', '--item-version', version], { cwd: '/', fetch: fleet.fetch })
    const { code, out } = await add('1.0.0')
    expect([code, fleet.items[0]]).toMatchObject([0, { itemId: 'app', type: 'service', version: '1.0.0' }])
    expect(out).toMatch(/item: +app\nversion: +1\.0\.0/)
    const { entries } = decodeIndex(fleet.blobs.get(fleet.items[0]?.indexDigest ?? '') ?? Buffer.from(''))
    expect(fleet.blobs.has(entries[0]?.digest ?? '')).toBe(true)
    fleet.asked.length = 0
    await add('1.0.1')
    expect(fleet.asked.filter((request) => request.startsWith('PUT'))).toEqual([])
  })

  it('adds an item configuration to the manifest', async () => {
    const fleet = new FakeUnitFleet()
    const folder = await layout()
    await writeFile(
      join(folder, 'item.json'),
      JSON.stringify({ quotas: { ramLimit: 1000 }, runtimes: [{ codename: 'crun' }] }),
    )
    const args = [
      'items',
      'add',
      folder,
      '--id',
      'app',
      '--item-version',
      '1.0.0',
      '--config',
      join(folder, 'item.json'),
    ]
    expect((await say(args, { cwd: '/', fetch: fleet.fetch })).code).toBe(0)
    const blob = (digest = '') => fleet.blobs.get(digest) ?? Buffer.from('{}')
    const manifest = decodeManifest(blob(decodeIndex(blob(fleet.items[0]?.indexDigest)).entries[0]?.digest))
    expect(decodeItemConfig(blob(manifest.itemConfig?.digest))).toMatchObject({
      quotas: { ram: 1000 },
      runtimes: ['crun'],
    })
  })

  it('takes of a layout only the platforms that are named', async () => {
    const fleet = new FakeUnitFleet()
    const args = ['items', 'add', await layout(), '--id', 'app', '--item-version', '1.0.0', '--platform']
    expect((await say([...args, 'linux/amd64'], { cwd: '/', fetch: fleet.fetch })).code).toBe(0)
    const { code, err } = await say([...args, 'linux/arm64'], { cwd: '/', fetch: fleet.fetch })
    expect([code, err]).toEqual([65, expect.stringContaining('expected an image for linux/arm64, found linux/amd64')])
  })

  it('has the fleet fetch an image, asking until it is there', async () => {
    const fleet = new FakeUnitFleet()
    const folder = await mkdtemp(join(tmpdir(), 'items-'))
    await writeFile(join(folder, 'login'), 'me:a password\n')
    const words = '--id app --item-version 1.0.0 --platform linux/arm64 --login-file login'.split(' ')
    const args = ['items', 'add', '--from', 'docker://registry.example/app:1', ...words]
    const { code, out } = await say(args, { cwd: folder, fetch: fleet.fetch })
    expect([code, fleet.pulls.length]).toEqual([0, 2])
    expect(fleet.pulls[1]).toEqual({
      from: 'docker://registry.example/app:1',
      itemId: 'app',
      type: 'service',
      version: '1.0.0',
      platforms: ['linux/arm64'],
      login: { user: 'me', password: 'a password' },
    })
    expect(out).toMatch(/item: +app/)
  })

  it.each([
    [[], 'expected either a file or --from'],
    [['x.tar', '--from', 'docker://a/b'], 'expected either a file or --from'],
    [['x.tar', '--login-file', 'x'], '--login-file goes with --from'],
    [['--from', 'docker://a/b', '--platform', 'arm64'], 'expected OS/ARCHITECTURE[/VARIANT], got arm64'],
  ])('refuses %j', async (args, expected) => {
    const { code, err } = await say(['items', 'add', '--id', 'a', '--item-version', '1.0.0', ...args])
    expect([code, err]).toEqual([64, expect.stringContaining(expected)])
  })

  it('makes a component of any file', async () => {
    const fleet = new FakeUnitFleet()
    const folder = await mkdtemp(join(tmpdir(), 'items-'))
    await writeFile(join(folder, 'rootfs.squashfs'), 'hsqs and more')
    const args = ['items', 'add', 'rootfs.squashfs', '--id', 'os', '--item-version', '2.0.0', '--component', 'rootfs']
    expect((await say(args, { cwd: folder, fetch: fleet.fetch })).code).toBe(0)
    const blob = (digest = '') => fleet.blobs.get(digest) ?? Buffer.from('{}')
    const manifest = decodeManifest(blob(decodeIndex(blob(fleet.items[0]?.indexDigest)).entries[0]?.digest))
    expect(manifest.layers[0]?.mediaType).toBe('application/vnd.aos.image.component.full.v1+squashfs')
    expect(fleet.items[0]?.type).toBe('component')
  })

  it('says what is no image', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'items-'))
    await writeFile(join(folder, 'x.tar'), 'no archive')
    const { code, err } = await say(['items', 'add', 'x.tar', '--id', 'a', '--item-version', '1.0.0'], { cwd: folder })
    expect([code, err]).toEqual([65, expect.stringMatching(/expected an OCI layout as a tar archive, tar said/)])
  })
})

describe('windlass releases and units', () => {
  it('make a release of YAML, and say where it is off', async () => {
    const fleet = new FakeUnitFleet()
    const cwd = await mkdtemp(join(tmpdir(), 'releases-'))
    await writeFile(
      join(cwd, 'r.yaml'),
      'name: spring\nitems: [{ itemId: app, version: 1.0.0 }]\ninstances: [{ itemId: app }]\n',
    )
    await writeFile(join(cwd, 'bad.yaml'), 'name: spring\nitems: [{ itemId: app, version: one }]\ninstances: []\n')
    expect((await say(['releases', 'add', 'r.yaml'], { cwd, fetch: fleet.fetch })).out).toMatch(
      'Release 1 (spring) is ready.',
    )
    expect(fleet.releases[0]?.content).toMatchObject({
      instances: [{ itemId: 'app', subjectId: 'unit', numInstances: 1 }],
    })
    const bad = await say(['releases', 'add', 'bad.yaml'], { cwd, fetch: fleet.fetch })
    expect([bad.code, bad.err]).toEqual([65, expect.stringMatching(/items\.0\.version: expected a SemVer version/)])
    expect((await say(['releases', 'list'], { cwd, fetch: fleet.fetch })).out).toMatch(/1 +spring +app 1\.0\.0/)
  })

  it('show units, why they have not arrived, and what runs where', async () => {
    const fleet = Object.assign(new FakeUnitFleet(), { units: [unit] })
    expect((await say(['units'], { fetch: fleet.fetch })).out).toMatch(
      /boat-1 +boat +connected +2 \(summer\) +failed +app 2\.0\.0, instance 0 on edge: exited with 3/,
    )
    const { out } = await say(['units', 'boat-1'], { fetch: fleet.fetch })
    expect(out).toMatch(/edge +camera +provisioned +NO +runc +SM connection timeout/)
    expect(out).toMatch(/app +1\.0\.0 +unit\/0 +edge +active/)
    expect(await say(['units', 'nobody'], { fetch: fleet.fetch })).toMatchObject({ code: 66 })
    expect((await say(['units', 'claim', '--id', 'boat-2'], { fetch: fleet.fetch })).out).toBe('claim-token\n')
    const until = await say(['units', 'claim', '--uses', '5', '--until', '2026-12-31', '--json'], {
      fetch: fleet.fetch,
    })
    expect(until.document()).toMatchObject({ uses: 5, expiresAt: '2026-12-31T00:00:00.000Z' })
    expect((await say(['units', 'claim', '--until', 'soon'], { fetch: fleet.fetch })).code).toBe(64)
    const listed = await say(['units', 'claims', 'list'], { fetch: fleet.fetch })
    expect(listed.out).toMatch(/CLAIM .*\n0123456789abcdef +open +any +1 of 3 +- +u1 u2/)
    const gone = await say(['units', 'claims', 'withdraw', '0123456789abcdef'], { fetch: fleet.fetch })
    expect(gone.out).toBe('Claim 0123456789abcdef is withdrawn.\n')
  })

  it('say with exit status 1 that a unit could not be brought to its release', async () => {
    const fleet = Object.assign(new FakeUnitFleet(), { units: [unit] })
    expect(await say(['units', 'release', 'boat-1', '--release', '2'], { fetch: fleet.fetch })).toMatchObject({
      code: 1,
    })
    expect(await say(['units', 'release', 'boat-1', '--release', 'two'], { fetch: fleet.fetch })).toMatchObject({
      code: 64,
    })
  })
})

describe('windlass units log', () => {
  const part = (nodeId: string, number: number, text: string, partCount = 1) => ({
    at: '2026-01-02T03:04:05.000Z',
    request: 'r1',
    nodeId,
    part: number,
    partCount,
    status: 'ok',
    gzip: gzipSync(text).toString('base64'),
    error: null,
  })
  /** Answers the request, then one list of parts after another. */
  const unitThatSends = (...lists: object[][]): typeof globalThis.fetch => {
    let asked = 0
    return (_, init) => {
      if (init?.method === 'POST') return Promise.resolve(Response.json({ request: 'r1' }, { status: 202 }))
      return Promise.resolve(Response.json({ parts: lists[Math.min(asked++, lists.length - 1)], unanswered: [] }))
    }
  }

  it('prints all parts of all nodes, in order, and nothing of other requests', async () => {
    const other = { ...part('a', 1, 'other'), request: 'r0' }
    const fetch = unitThatSends([part('b', 2, 'two\n', 2), part('b', 1, 'one\n', 2), part('a', 1, 'here\n'), other])
    const { code, out } = await say(['units', 'log', 'boat-1'], { fetch })
    expect([code, out]).toEqual([0, 'a:\nhere\nb:\none\ntwo\n'])
  })

  it('ends with 69 when not all of it came in a minute', async () => {
    const { code, out, err } = await say(['units', 'log', 'boat-1'], {
      fetch: unitThatSends([part('a', 1, 'half\n', 2)]),
    })
    expect([code, out]).toEqual([69, 'a:\nhalf\n'])
    expect(err).toMatch(/Not all of it came/)
  })

  it('ends with 69 and what the fleet says when the unit does not answer', async () => {
    const unanswered = [{ request: 'r1', error: 'expected an answer of boat-1 within 45 s, got none' }]
    const fetch: typeof globalThis.fetch = (_, init) =>
      Promise.resolve(Response.json(init?.method === 'POST' ? { request: 'r1' } : { parts: [], unanswered }))
    const { code, err } = await say(['units', 'log', 'boat-1'], { fetch })
    expect([code, err]).toEqual([69, expect.stringContaining('expected an answer of boat-1 within 45 s')])
  })

  it('says why a node has none', async () => {
    const fetch = unitThatSends([{ ...part('a', 1, ''), status: 'error', error: 'no journal' }])
    expect((await say(['units', 'log', 'boat-1'], { fetch })).out).toBe('a:\nno journal\n')
  })
})

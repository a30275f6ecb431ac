import { describe, expect, it } from 'vitest'
import { readSettings } from './read-settings.ts'

const files: Record<string, string> = {
  '/etc/windlass/fleet.json': JSON.stringify({
    data: 'data',
    listen: '0.0.0.0:443',
    database: 'postgresql://db.example/fleet',
    trustedKeys: ['release.pub'],
    tls: { cert: 'cert.pem', key: '/run/key.pem' },
    bus: 'nats://bus.example:4222',
    blobs: 's3://bucket/a/b?endpoint=https://s3.example&region=eu-1',
    operatorTokenFile: 'token',
    packagersFile: 'packagers',
    maxUploadBytes: 1000,
    requestsPerMinute: 600,
    trustedProxies: ['10.0.0.0/8', '::1'],
    privateWebhooks: true,
    privateRegistries: false,
    webhookKeyFile: 'webhook-key',
    openid: {
      issuer: 'https://id.example',
      clientId: 'windlass',
      clientSecretFile: 'openid-secret',
      roles: { crew: [{ role: 'viewer' }] },
    },
    projects: {
      acme: {
        openid: {
          issuer: 'https://acme.example',
          clientId: 'fleet',
          clientSecretFile: '../windlass/openid-secret',
          roles: { all: [{ role: 'admin' }] },
        },
      },
    },
    resumeQuirk: true,
    traces: { endpoint: 'http://otel.example:4318/v1/traces' },
    admission: 'approved',
  }),
  '/etc/windlass/release.pub': 'PEM',
  '/etc/windlass/cert.pem': 'CERT',
  '/run/key.pem': 'KEY',
  '/etc/windlass/token': 'a-long-enough-token\n',
  '/etc/windlass/packagers': '# who may push\n\n ci   a-long-enough-secret\n',
  '/etc/windlass/short': 'short',
  '/etc/windlass/openid-secret': 'shh\n',
  '/etc/windlass/webhook-key': 'a key in base64',
  '/bad/json': '{',
  '/bad/key': '{"colour": 1}',
  '/bad/type': '{"maxUploadBytes": "1"}',
  '/bad/project': '{"projects": {"Acme": {}}}',
  '/bad/project-secret':
    '{"projects": {"acme": {"openid": {"issuer": "https://x", "clientId": "x", "clientSecretFile": "none", "roles": {}}}}}',
  '/bad/proxies': '{"trustedProxies": ["::1", "0.0.0.0/0"]}',
}
const read = async (path: string) => {
  const text = files[path]
  if (text === undefined) throw new Error(`ENOENT ${path}`)
  return text
}

describe('settings', () => {
  it('have defaults that need no set-up', async () => {
    expect(await readSettings([], read)).toEqual({
      data: expect.stringMatching(/\/\.windlass\/fleet$/),
      listen: { host: '127.0.0.1', port: 8000 },
      database: { kind: 'embedded' },
      bus: null,
      blobs: null,
      trustedKeys: [],
      tls: null,
      operatorToken: null,
      packagers: new Map(),
      admission: 'open',
      maxUploadBytes: 16 * 1024 ** 3,
      requestsPerMinute: 6000,
      trustedProxies: [],
      privateWebhooks: false,
      privateRegistries: false,
      webhookKey: null,
      openid: null,
      projects: new Map(),
      resumeQuirk: false,
      traces: null,
    })
  })

  it('come from a file, whose paths are its own', async () => {
    expect(await readSettings(['--settings', '/etc/windlass/fleet.json'], read)).toEqual({
      data: '/etc/windlass/data',
      listen: { host: '0.0.0.0', port: 443 },
      database: { kind: 'url', url: 'postgresql://db.example/fleet' },
      bus: 'nats://bus.example:4222',
      blobs: { kind: 's3', bucket: 'bucket', prefix: 'a/b', endpoint: 'https://s3.example', region: 'eu-1' },
      trustedKeys: ['PEM'],
      tls: { cert: 'CERT', key: 'KEY' },
      operatorToken: 'a-long-enough-token',
      packagers: new Map([['ci', 'a-long-enough-secret']]),
      maxUploadBytes: 1000,
      requestsPerMinute: 600,
      trustedProxies: ['10.0.0.0/8', '::1'],
      privateWebhooks: true,
      privateRegistries: false,
      webhookKey: 'a key in base64',
      openid: {
        issuer: 'https://id.example',
        clientId: 'windlass',
        clientSecret: 'shh',
        nameClaim: 'preferred_username',
        rolesClaim: 'groups',
        roles: { crew: [{ role: 'viewer' }] },
      },
      projects: new Map([
        [
          'acme',
          {
            openid: {
              issuer: 'https://acme.example',
              clientId: 'fleet',
              clientSecret: 'shh',
              nameClaim: 'preferred_username',
              rolesClaim: 'groups',
              roles: { all: [{ role: 'admin' }] },
            },
          },
        ],
      ]),
      resumeQuirk: true,
      traces: { endpoint: 'http://otel.example:4318/v1/traces', ratio: 1 },
      admission: 'approved',
    })
  })

  it('from the command line win over the file', async () => {
    const argv = ['--settings', '/etc/windlass/fleet.json', '--listen', '[::1]:9000', '--data', '/srv/fleet']
    expect(await readSettings(argv, read)).toMatchObject({ listen: { host: '::1', port: 9000 }, data: '/srv/fleet' })
    const keys = ['--trusted-key', '/run/key.pem', '--trusted-key', '/etc/windlass/cert.pem']
    expect((await readSettings(keys, read)).trustedKeys).toEqual(['KEY', 'CERT'])
    expect((await readSettings(['--listen', ':8000'], read)).listen).toEqual({ host: '::', port: 8000 })
    expect((await readSettings(['--blobs', '/srv/blobs'], read)).blobs).toEqual({ kind: 'folder', path: '/srv/blobs' })
    const bare = { kind: 's3', bucket: 'b', prefix: '', endpoint: null, region: null }
    expect((await readSettings(['--blobs', 's3://b'], read)).blobs).toEqual(bare)
  })

  it.each([
    [['--settings', '/nowhere'], 'settings: expected a file at /nowhere'],
    [['--settings', '/bad/json'], '/bad/json: expected JSON'],
    [['--settings', '/bad/key'], 'colour'],
    [['--settings', '/bad/type'], 'maxUploadBytes'],
    [['--settings', '/bad/project'], 'projects: expected names of up to 40 small letters, digits and -, got "Acme"'],
    [['--settings', '/bad/project-secret'], 'projects.acme.openid.clientSecretFile: expected a file at /bad/none'],
    [['--settings', '/bad/proxies'], 'trustedProxies.1: expected an IP address, or a network'],
    [['--admission', 'some'], 'admission'],
    [['--wat'], '--wat'],
    [['stray'], 'stray'],
    [['--listen', '8000'], 'listen: expected HOST:PORT'],
    [['--listen', 'a:b:1'], 'listen: expected HOST:PORT'],
    [['--listen', 'host:70000'], 'listen: expected HOST:PORT'],
    [['--database', 'mysql://x'], 'database'],
    [['--bus', 'http://x'], 'bus: expected an address nats://'],
    [['--blobs', 'ftp://x'], 'blobs: expected a folder or s3://BUCKET'],
    [['--blobs', 's3://'], 'blobs: expected a folder or s3://BUCKET'],
    [['--blobs', 's3://b?endpont=x'], 'blobs: expected a folder or s3://BUCKET'],
    [['--tls-cert', '/etc/windlass/cert.pem'], 'go together'],
    [['--trusted-key', '/nowhere'], 'trustedKeys'],
    [['--operator-token-file', '/etc/windlass/short'], 'at least 16 characters'],
    [['--packagers-file', '/etc/windlass/short'], '/etc/windlass/short, line 1'],
  ])('that are wrong say so: %j', async (argv, text) => {
    await expect(readSettings(argv, read)).rejects.toMatchObject({
      code: 'settings_invalid',
      message: expect.stringContaining(text),
    })
  })
})

import { describe, expect, it } from 'vitest'
import { credentialOf, type SignedRequest, signatureOf, whyUnsigned } from './uh-v1.ts'

// updatehub.md 6.7
const signed = ['accept', 'api-content-type', 'content-sha256', 'content-type', 'host', 'timestamp', 'user-agent']
const signature = 'd38098b390322e40504d00d2b2a4625302bec0663d4dd09ac2cc10212d3338db'
const at = Date.parse('2026-01-02T03:04:05Z')
const secrets = new Map([['me', 'topsecret']])
const authorization = (names: readonly string[], value: string, credential = 'me') =>
  `UH-V1 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${value}`
const vector: SignedRequest = {
  method: 'POST',
  path: '/packages/abc/objects/def',
  query: new URLSearchParams(),
  headers: {
    accept: 'application/json',
    'api-content-type': 'application/vnd.updatehub-v1+json',
    'content-sha256': 'eb46fb0bd30a5b05f0dc2a453c0f8706bd2178bd597f9390ff504f9c4bb90e6f',
    'content-type': 'application/json',
    host: 'api.example.test',
    timestamp: '1767323045.0',
    'user-agent': 'updatehub-utils/1.2.0',
    authorization: authorization(signed, signature),
  },
  body: Buffer.from('{"etag":"d41d8cd98f00b204e9800998ecf8427e"}'),
}
const why = (over: Partial<SignedRequest>, now = at) => {
  const request = { ...vector, ...over }
  return whyUnsigned(request, secrets.get(credentialOf(request) ?? ''), now)
}
const withHeaders = (headers: Record<string, string>) => why({ headers: { ...vector.headers, ...headers } })

describe('UH-V1', () => {
  it('S14 the signature of the published vector holds', () => {
    expect(signatureOf(vector, signed, at, 'topsecret')).toBe(signature)
    expect(why({})).toBeUndefined()
  })

  it('does not hold when anything of the request is another', () => {
    const wrong = /known access id and its signature/
    expect(why({ method: 'PUT' })).toMatch(wrong)
    expect(why({ path: '/packages/abc/objects/deg' })).toMatch(wrong)
    expect(why({ query: new URLSearchParams('a=b') })).toMatch(wrong)
    expect(withHeaders({ host: 'other.example.test' })).toMatch(wrong)
    expect(withHeaders({ authorization: authorization(signed, signature, 'you') })).toMatch(wrong)
    expect(why({ body: Buffer.from('{}') })).toMatch(/Content-sha256/)
  })

  it('does not hold for long', () => {
    expect(why({}, at + 15 * 60_000)).toBeUndefined()
    expect(why({}, at + 15 * 60_000 + 1)).toMatch(/15 minutes/)
    expect(why({}, at - 16 * 60_000)).toMatch(/15 minutes/)
    expect(withHeaders({ timestamp: 'soon' })).toMatch(/15 minutes/)
  })

  it('has to cover host, time and body', () => {
    for (const name of ['host', 'timestamp', 'content-sha256']) {
      const names = signed.filter((other) => other !== name)
      const value = signatureOf(vector, names, at, 'topsecret')
      expect(withHeaders({ authorization: authorization(names, value) })).toMatch(`expected ${name} among`)
    }
  })

  it('is asked for where there is none, or half of one', () => {
    for (const text of ['', 'Bearer x', 'UH-V1', 'UH-V1 Credential=me', authorization(signed, 'short')])
      expect(withHeaders({ authorization: text })).toMatch(/expected "Authorization/)
  })

  it('is the same for a query however it is ordered', () => {
    const value = (query: string) => signatureOf({ ...vector, query: new URLSearchParams(query) }, signed, at, 'x')
    expect(value('b=2&a=1%202')).toBe(value('a=1+2&b=2'))
  })
})

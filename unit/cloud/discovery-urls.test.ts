import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { discoveryUrls } from './discovery-urls.ts'

const url = 'https://cloud.example:9000/sd/v7/'
// Made with openssl req -x509: with nothing, with an organization that is no host, with issuerAltName and O=aos.example.
const certificate = (name: string) => readFileSync(new URL(`fixtures/online-${name}.pem`, import.meta.url), 'utf8')

it('the override stands alone', () => {
  expect(discoveryUrls({ overrideUrl: 'http://here', url }, certificate('issuer'))).toEqual(['http://here'])
})

it('without a certificate, or one that says nothing: the settings', () => {
  expect(discoveryUrls({ url })).toEqual([url])
  expect(discoveryUrls({ url }, certificate('plain'))).toEqual([url])
})

it('issuer alternative name, organization, settings; the path is that of the settings', () => {
  expect(discoveryUrls({ url }, certificate('issuer'))).toEqual([
    'https://issuer.example:9443/sd/v7/',
    'https://aos.example:9000/sd/v7/',
    url,
  ])
})

it('an organization that is no host name is passed over', () => {
  expect(discoveryUrls({ url }, certificate('organization'))).toEqual([url])
})

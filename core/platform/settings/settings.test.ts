import { describe, expect, it } from 'vitest'
import { FakeFiles } from '../files/fake-files.ts'
import { fragmentOf, readFragment } from './fragment.ts'
import { flag, httpUrl, listOf, oneOf, text, whole } from './kinds.ts'
import { allKeys, onlyKeys, SettingsInput } from './settings-input.ts'

const path = '/etc/windlass.json'
const defaults = fragmentOf('defaults', { 'network.port': 8000, 'network.host': 'localhost', 'store.readOnly': false })
const fromFile = async (content: string) => {
  const files = new FakeFiles()
  files.put(path, content)
  return readFragment(files, path, JSON.parse)
}

describe('SettingsInput', () => {
  it('takes each key from the last source that has it', async () => {
    const file = await fromFile('{"network": {"port": 9000}, "store": {"readOnly": true}}')
    const input = new SettingsInput(
      defaults,
      file,
      fragmentOf('the environment', { 'network.port': '9001' }),
      undefined,
    )
    expect(input.get('network.host', text)).toBe('localhost')
    expect(input.get('network.port', whole(1, 65_535))).toBe(9001)
    expect(input.get('store.readOnly', flag)).toBe(true)
    expect(input.find('store.url', httpUrl)).toBeUndefined()
  })

  it('names source, key, expectation and value of what does not hold', async () => {
    const input = new SettingsInput(defaults, await fromFile('{"network": {"port": "many"}}'))
    expect(() => input.get('network.port', whole(1, 65_535))).toThrow(
      expect.objectContaining({
        name: 'SettingsError',
        code: 'invalid',
        from: path,
        key: 'network.port',
        message: `${path}: network.port: expected a whole number from 1 to 65535, got "many"`,
      }),
    )
    expect(() => input.get('store.url', httpUrl)).toThrow(
      expect.objectContaining({ code: 'missing', key: 'store.url' }),
    )
  })
})

describe('readFragment', () => {
  it('gives nothing when there is no file', async () => {
    expect(await readFragment(new FakeFiles(), path, JSON.parse)).toBeUndefined()
  })

  it('refuses what the parser refuses, what is no table, and what cannot be read', async () => {
    await expect(fromFile('{')).rejects.toMatchObject({ code: 'syntax', from: path })
    await expect(fromFile('[]')).rejects.toMatchObject({ code: 'syntax' })
    const files = new FakeFiles()
    await files.makeFolder(path)
    await expect(readFragment(files, path, JSON.parse)).rejects.toMatchObject({ code: 'unreadable' })
  })
})

describe('the keys of a fragment', () => {
  const keys = ['network.port', 'network.host', 'store.readOnly']

  it('are all known, or the first that is not is named', () => {
    onlyKeys(defaults, keys)
    const misspelt = fragmentOf(path, { 'network.prot': 1 })
    expect(() => onlyKeys(misspelt, keys)).toThrow(expect.objectContaining({ code: 'unknown', key: 'network.prot' }))
  })

  it('may stand in a section that is empty, as when all its lines are comments', () => {
    const keys = ['network.port']
    expect(() => onlyKeys({ from: path, values: { network: {} } }, keys)).not.toThrow()
    expect(() => onlyKeys({ from: path, values: { net: {} } }, keys)).toThrow(/net: expected one of/)
    expect(() => onlyKeys({ from: path, values: { network: 1 } }, keys)).toThrow(/network: expected one of/)
  })

  it('are all there, or the first that is not is named', () => {
    allKeys(defaults, keys)
    const half = fragmentOf(path, { 'network.port': 1 })
    expect(() => allKeys(half, keys)).toThrow(expect.objectContaining({ code: 'missing', key: 'network.host' }))
  })
})

describe('the kinds of values', () => {
  it('read what they mean and nothing else', () => {
    expect([flag.read('true'), flag.read(false), flag.read('yes')]).toEqual([true, false, undefined])
    expect([whole(0, 9).read('7'), whole(0, 9).read(10), whole(0, 9).read(1.5)]).toEqual([7, undefined, undefined])
    expect([oneOf('a', 'b').read('b'), oneOf('a', 'b').read('c')]).toEqual(['b', undefined])
    expect([httpUrl.read('https://x.test')?.host, httpUrl.read('ftp://x')]).toEqual(['x.test', undefined])
    expect([listOf(text).read(['a']), listOf(text).read(['a', 1]), listOf(text).read('a')]).toEqual([
      ['a'],
      undefined,
      undefined,
    ])
  })
})

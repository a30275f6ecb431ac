import { describe, expect, it } from 'vitest'
import { baseOf, split } from './address.ts'

describe('the address of a project', () => {
  it.each([
    ['/p/acme/upgrades', 'acme', '/upgrades'],
    ['/p/acme', 'acme', '/'],
    ['/p/acme?x=1', 'acme', '/?x=1'],
    ['/p/acme//upgrades', 'acme', '//upgrades'],
    ['//p//acme/api/v1/devices?limit=1', 'acme', '/api/v1/devices?limit=1'],
    ['/p', '', '/'],
    ['/p/', '', '/'],
    ['/p/%61cme/', '%61cme', '/'],
    ['/p/acme/p/other/', 'acme', '/p/other/'],
  ])('%s is of %s: %s', (url, project, rest) => expect(split(url)).toEqual({ project, rest }))

  it.each(['/', '/packages', '/api/v1/p/acme', '/?p/acme', '/products/p', 'http://host/p/acme'])(
    '%s is of the default project',
    (url) => expect(split(url)).toEqual({ project: null, rest: url }),
  )

  it('goes before all that is in it', () => expect([baseOf('acme'), baseOf(null)]).toEqual(['/p/acme', '']))
})

import { expect, it } from 'vitest'
import { decodeEnrolled, decodeEnrolment, encodeEnrolled, encodeEnrolment } from './enrolment.ts'

it('an enrolment and its answer come back', () => {
  const asked = { claimToken: 'c', systemId: 'unit-77', model: 'm', csrs: [{ type: 'online', csr: 'PEM' }] }
  expect(decodeEnrolment(encodeEnrolment(asked))).toEqual(asked)
  const given = { chains: [{ type: 'online', chain: 'PEM' }], discoveryUrl: 'https://fleet.example/sd/v7/' }
  expect(decodeEnrolled(encodeEnrolled(given))).toEqual(given)
})

it('what is no enrolment is refused by its place', () => {
  const empty = JSON.stringify({ claimToken: '', systemId: 'u', model: 'm', csrs: [] })
  expect(() => decodeEnrolment(empty)).toThrow('enrolment.claimToken: expected a text that is not empty')
  expect(() => decodeEnrolled('{"chains": [], "discoveryUrl": "here"}')).toThrow('enrolment answer.discoveryUrl')
})

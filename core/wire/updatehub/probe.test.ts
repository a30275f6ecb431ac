import { describe, expect, it } from 'vitest'
import { decodeEnrolment } from '../aoscore/enrolment.ts'
import { decodeProbe } from './probe.ts'
import { decodeReport } from './report.ts'

const uid = 'u'.repeat(64)
const nothing = { version: null, hardware: null, 'device-identity': { serial: 'A1' }, 'device-attributes': null }

describe('what agents send', () => {
  it('may say null where it has nothing to say', () => {
    const body = JSON.stringify({ 'product-uid': uid, ...nothing, retries: null })
    expect(decodeProbe(body)).toEqual({
      productUid: uid,
      version: '',
      hardware: '',
      identity: { serial: 'A1' },
      attributes: {},
      retries: 0,
    })
  })

  it('may say null in a report, too', () => {
    const trouble = { 'previous-state': null, 'error-message': null, 'current-log': null, 'package-uid': null }
    const report = decodeReport(JSON.stringify({ 'product-uid': uid, ...nothing, ...trouble, status: 'error' }))
    expect(report).toMatchObject({ packageUid: '', trouble: { previousState: '', errorMessage: '', currentLog: '' } })
  })

  it('must say which product it is', () => {
    expect(() => decodeProbe(JSON.stringify({ 'product-uid': null, ...nothing }))).toThrow(
      /^probe\.product-uid: expected/,
    )
  })

  it('is not repeated where it is no JSON, or far too long', () => {
    for (const text of ['{"a": secret}', 'secret', `{"a": "${'x'.repeat(99)}", secret`, `["${'x'.repeat(99)}" secret]`])
      expect(() => decodeProbe(text)).toThrow(/^probe: expected JSON, got (?!.*cret)/)
    const tooLong = JSON.stringify({ claimToken: 'secret'.repeat(50) })
    expect(() => decodeEnrolment(tooLong)).toThrow('.claimToken: expected at most 256 characters, got 300 characters')
  })
})

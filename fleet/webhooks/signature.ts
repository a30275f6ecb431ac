import { createHmac } from 'node:crypto'

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 with the webhook's secret over the seconds since 1970, a dot, and the body's bytes. */
export function signatureOf(secret: string, at: number, body: string): string {
  const seconds = Math.floor(at / 1000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

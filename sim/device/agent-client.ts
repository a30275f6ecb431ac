import { decodeInfo, decodeProbeAnswer, type ProbeAnswer } from '@windlass/wire/updatehub'
import type { Progress } from '../happenings.ts'

/** The device's local API (updatehub.md 1), as far as the demo needs it. Every call throws when nobody answers. */
export interface AgentClient {
  info(): Promise<ReturnType<typeof decodeInfo>>
  /** Undefined while nothing long is being done. */
  progress(): Promise<Progress | undefined>
  /** `busy`: the agent is at work on an update already. */
  probe(): Promise<ProbeAnswer | 'busy'>
  /** Whether the agent took the order. */
  installFile(path: string): Promise<boolean>
}

/** `address` without path: `http://localhost:8080`. */
export function agentClient(address: string): AgentClient {
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<{ status: number; text: string }> => {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await fetch(address + path, { method, ...json })
    return { status: answer.status, text: await answer.text() }
  }
  return {
    info: async () => decodeInfo((await call('GET', '/info')).text),
    progress: async () => readProgress((await call('GET', '/windlass/status')).text),
    async probe() {
      const { status, text } = await call('POST', '/probe')
      if (status === 406) return 'busy'
      if (status !== 200) throw new Error(`expected an answer to a probe, got ${status}: ${text.trim()}`)
      return decodeProbeAnswer(text)
    },
    installFile: async (file) => (await call('POST', '/local_install', { file })).status === 200,
  }
}

/** From the document of `GET /windlass/status`. */
export function readProgress(text: string): Progress | undefined {
  const { state, progress } = JSON.parse(text) as { state: unknown; progress: Record<string, unknown> | null }
  const number = (key: string): number | null => (typeof progress?.[key] === 'number' ? progress[key] : null)
  const [doneBytes, totalBytes] = [number('doneBytes'), number('totalBytes')]
  if (doneBytes === null || totalBytes === null) return undefined
  const [bytesPerSecond, secondsLeft] = [number('bytesPerSecond'), number('secondsLeft')]
  return { state: String(state), doneBytes, totalBytes, bytesPerSecond, secondsLeft }
}

import { CliError } from '../cli-error.ts'

/** What the agent answered: UpdateHub's says neither what type it is nor always the documented shape. */
export interface Reply {
  status: number
  text: string
  /** The text as JSON, undefined where it is none. */
  value: unknown
}

const longestReply = 8 * 1024 * 1024

export async function read(answer: Response): Promise<Reply> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of answer.body ?? []) {
    pieces.push(piece)
    size += piece.length
    if (size > longestReply) throw new CliError('data', `expected an answer of at most ${longestReply} bytes, got more`)
  }
  const text = Buffer.concat(pieces).toString('utf8')
  return { status: answer.status, text, value: json(text) }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An order that was not taken: busy says so with a state's name, and UpdateHub's agent does it with status 200 too. */
export function refusal(reply: Reply, address: string): CliError {
  const said = typeof reply.value === 'string' ? reply.value : reply.text.trim()
  if (reply.status === 406) {
    return new CliError('busy', `expected an idle agent at ${address}, got one in state ${said}; try again later`)
  }
  if (reply.status === 400 || reply.status === 415) {
    return new CliError('refused', `the agent at ${address} refused the order: ${said || reply.status}`)
  }
  return new CliError('unavailable', `the agent at ${address} could not do it (status ${reply.status}): ${said}`)
}

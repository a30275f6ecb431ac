import { type Problem, problem } from './problem.ts'

/** `unreachable`: nobody there, or cut. `unexpected`: an answer that is not of this API. Else the fleet's own code. */
export type OperatorErrorCode = Problem['code'] | 'unreachable' | 'unexpected'

/** Why a call of the operator client did not succeed. `status` is the HTTP status, 0 when there was no answer. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly code: OperatorErrorCode
  readonly status: number
  readonly errors: readonly string[]
  constructor(
    code: OperatorErrorCode,
    message: string,
    options: ErrorOptions & { status?: number; errors?: readonly string[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.status = options.status ?? 0
    this.errors = options.errors ?? []
  }
}

/** Reads a refusal. What is no problem document becomes `unexpected`. */
export async function refusalOf(answer: Response): Promise<OperatorError> {
  const text = await answer.text().catch(() => '')
  const parsed = problem.safeParse(tryJson(text))
  if (!parsed.success) {
    const what = `expected an answer of the fleet's API, got status ${answer.status} from ${answer.url}`
    return new OperatorError('unexpected', what, { status: answer.status })
  }
  const { code, detail, errors } = parsed.data
  return new OperatorError(code, detail, { status: answer.status, ...(errors && { errors }) })
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

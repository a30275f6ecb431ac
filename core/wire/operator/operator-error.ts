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

/** Reads a refusal. What is no problem document becomes `unexpected`; half of one `unreachable`, as any line that was cut. */
export async function refusalOf(answer: Response): Promise<OperatorError> {
  const { status, url } = answer
  const text = await answer.text().catch((cause: unknown) => {
    const what = `expected the whole answer of ${url} with status ${status}, got: ${String(cause)}`
    return new OperatorError('unreachable', what, { status, cause })
  })
  if (text instanceof OperatorError) return text
  const parsed = problem.safeParse(tryJson(text))
  if (!parsed.success) {
    const what = `expected an answer of the fleet's API, got status ${status} from ${url}`
    return new OperatorError('unexpected', what, { status })
  }
  const { code, detail, errors } = parsed.data
  return new OperatorError(code, detail, { status, ...(errors && { errors }) })
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

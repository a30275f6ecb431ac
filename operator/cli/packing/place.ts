import { CliError } from '../cli-error.ts'

/** Where in which file a value stands, for messages: `release.yaml: objects[0].target: expected …, got …`. */
export interface Place {
  at(...steps: readonly (string | number)[]): Place
  expected(what: string, came: unknown): CliError
  wrong(text: string): CliError
}

export function placeIn(file: string, path = ''): Place {
  const wrong = (text: string): CliError => new CliError('data', `${file}: ${path ? `${path}: ` : ''}${text}`)
  return {
    at: (...steps) => placeIn(file, steps.reduce<string>(step, path)),
    expected: (what, came) => wrong(`expected ${what}, got ${shown(came)}`),
    wrong,
  }
}

function step(path: string, next: string | number): string {
  if (typeof next === 'number') return `${path}[${next}]`
  return path === '' ? next : `${path}.${next}`
}

function shown(came: unknown): string {
  if (came === undefined || came === '') return 'none'
  const json = typeof came === 'string' ? came : JSON.stringify(came)
  return json.length > 80 ? `${json.slice(0, 77)}...` : json
}

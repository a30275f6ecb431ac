/** Of a schema's complaint: `errors` are those of each form that something may have. */
interface Issue {
  path?: readonly PropertyKey[]
  message?: string
  errors?: readonly (readonly Issue[])[]
}

/** In words. Of what may have several forms: what each of them lacks. */
export function whatWasExpected({ message = '', errors }: Issue): string {
  if (!errors) return message
  if (errors.length === 0) return 'expected one of the kinds that there are'
  const forms = errors.flatMap(([first]) => (first ? [within(first)] : []))
  return `expected one of ${forms.length} forms: ${forms.join('; or ')}`
}

function within(issue: Issue): string {
  const path = (issue.path ?? []).map(String).join('/')
  return path === '' ? whatWasExpected(issue) : `${path}: ${whatWasExpected(issue)}`
}

/** A value that breaks a rule of the model. `path` says where it stood, for example `objects[0][1].size`. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly path: string
  constructor(path: string, expected: string, came: unknown) {
    super(`${path}: expected ${expected}, got ${show(came)}`)
    this.path = path
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

const found = /^\/p\/([a-z][a-z0-9-]{0,39})(?=\/|$)/.exec(location.pathname)

/** The project whose console this is; undefined for the default one. */
export const project = found?.[1]

/** What stands before every address of the project; nothing before those of the default one. */
export const base = found?.[0] ?? ''

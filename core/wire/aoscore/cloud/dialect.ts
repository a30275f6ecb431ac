/**
 * What is sent where the published schema and AosCore's own program differ (aoscore.md 6.7). Either is understood.
 * `schema` (the default) is what a cloud checks; `aoscore` is what AosCore's C++ units and clouds of its age say.
 */
export type Dialect = 'schema' | 'aoscore'

import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Content, Part, ProjectPart, Snapshot } from '../../backup/records.ts'
import { StartError } from '../../fleet-error.ts'
import type { Project } from '../../projects/project.ts'
import type { KeptObject } from '../../store/records.ts'
import { shapeText, tablesOf, turnTo } from './copy-tables.ts'

/** The tables as they are now, whatever is written meanwhile. */
export async function snapshotOf(url: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass backup' })
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const first = await partOf(client, null)
    const known = await projectsIn(client, first)
    const projects: ProjectPart[] = []
    for (const { name, state } of known) if (state === 'ready') projects.push({ name, ...(await partOf(client, name)) })
    return {
      first,
      projects,
      leftOut: known.flatMap(({ name, state }) => (state === 'ready' ? [] : [{ name, state }])),
      async rows(project, table) {
        await turnTo(client, project)
        return client.query(copyTo(`copy ${shapeText(table)} to stdout`))
      },
      async content(project) {
        await turnTo(client, project)
        return contentOf(client)
      },
      close: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

async function partOf(client: pg.Client, project: string | null): Promise<Part> {
  await turnTo(client, project)
  const whose = project === null ? 'a fleet' : `the project ${project}`
  const there = await client.query<{ there: boolean }>(`select to_regclass('kysely_migration') is not null as there`)
  if (there.rows[0]?.there !== true)
    throw new StartError('backup_failed', `expected the records of ${whose}, got a database without`)
  const steps = await client.query<{ name: string }>('select name from kysely_migration order by name desc limit 1')
  const fleets = await client.query<{ fleet: string }>(
    `select value #>> '{}' as fleet from shared where name = 'fleet'`,
  )
  return {
    schema: steps.rows[0]?.name ?? '',
    fleet: fleets.rows[0]?.fleet ?? null,
    tables: await tablesOf(client),
  }
}

/** By name; none where the tables are of a version that knew of none. */
async function projectsIn(client: pg.Client, { tables }: Part): Promise<Pick<Project, 'name' | 'state'>[]> {
  if (!tables.some(({ name }) => name === 'projects')) return []
  const text = 'select name, state from projects order by name'
  return (await client.query<Pick<Project, 'name' | 'state'>>(text)).rows
}

async function contentOf(client: pg.Client): Promise<Content> {
  const text = `select
    (select coalesce(json_agg(json_build_object('uid', uid, 'size', size, 'objects', objects) order by uid), '[]') from packages) as packages,
    (select coalesce(json_agg(json_build_object('digest', digest, 'size', size) order by digest), '[]') from blobs) as blobs`
  type Row = Omit<Content, 'packages'> & { packages: { uid: string; size: number; objects: KeptObject[] }[] }
  const { rows } = await client.query<Row>(text)
  const [row] = rows
  if (!row) throw new Error('expected one row about the fleet, got none')
  const packages = row.packages.map(({ objects, ...kept }) => ({
    ...kept,
    beside: objects.filter(({ at }) => at === null),
  }))
  return { ...row, packages }
}

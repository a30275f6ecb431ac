import {
  newProjectRecord,
  type ProjectRecord,
  projectList,
  projectName,
  projectOrder,
  projectRecord,
  projectRemoval,
  projectToken,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { FleetError } from '../../fleet-error.ts'
import type { Project } from '../../projects/project.ts'
import type { Projects } from '../../projects/projects.ts'
import { typed } from './typed-api.ts'

const byName = z.object({ name: projectName })

/** Projects beside this one, below `/api/v1` of the default project. */
export function projectRoutes(
  app: FastifyInstance,
  projects: Pick<Projects, 'list' | 'create' | 'admit' | 'remove'>,
): void {
  const api = typed(app)
  api.get('/projects', { schema: { response: { 200: projectList } } }, async () => ({
    projects: (await projects.list()).map(encodeProject),
  }))
  const adding = { body: projectOrder, response: { 201: newProjectRecord } }
  api.post('/projects', { schema: adding }, async ({ body }, reply) => {
    const { project, token } = await projects.create(body.name)
    return reply.code(201).send({ ...encodeProject(project), token })
  })
  const admitting = { params: byName, response: { 201: projectToken } }
  api.post('/projects/:name/token', { schema: admitting }, async ({ params: { name } }, reply) =>
    reply.code(201).send({ token: await projects.admit(name) }),
  )
  const removing = { params: byName, querystring: projectRemoval, response: { 202: projectRecord } }
  api.delete('/projects/:name', { schema: removing }, async ({ params: { name }, query }, reply) => {
    if (query.confirm !== name)
      throw new FleetError('request_invalid', `confirm: expected ${name} again, got ${JSON.stringify(query.confirm)}`)
    return reply.code(202).send(encodeProject(await projects.remove(name, { everything: query.everything === 'true' })))
  })
}

function encodeProject({ name, state, createdAt }: Project): ProjectRecord {
  return { name, state, createdAt: new Date(createdAt).toISOString() }
}

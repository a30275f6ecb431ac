import fastify from 'fastify'
import pg from 'pg'

/*
 * What one route that writes down who asked costs: node bare.ts DATABASE-URL. Prints its address. It decides nothing.
 */

const pool = new pg.Pool({ connectionString: process.argv[2], max: 16 })
const text = `
  insert into bare (id, body, seen) values ($1, $2, now())
  on conflict (id) do update set body = excluded.body, seen = excluded.seen`

const app = fastify()
app.post<{ Body: { 'device-identity': { serial: string } } }>('/upgrades', async (request, reply) => {
  const { body } = request
  await pool.query({ name: 'upsert', text, values: [body['device-identity'].serial, JSON.stringify(body)] })
  return reply.code(404).send()
})
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))

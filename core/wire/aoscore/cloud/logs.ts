import type { LogPart, LogRequest } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import type { Dialect } from './dialect.ts'
import { errorInfo } from './error-info.ts'
import { base64, listOf, toBase64 } from './fields.ts'
import { asCodename, byCodename, decodeFilter, encodeFilter, filterFields } from './identity.ts'
import { encodeTime, time } from './time.ts'

/*
 * requestLog and pushLog (aoscore.md 6.5, 9.3). Parts count from 1, whatever the schema's words say.
 */

const types = { systemLog: 'system', instanceLog: 'instance', crashLog: 'crash' } as const
const wireTypes = { system: 'systemLog', instance: 'instanceLog', crash: 'crashLog' } as const

const filter = anyCase({ from: maybe(time), till: maybe(time), nodeIds: listOf(byCodename), ...filterFields })
const upload = v.pipe(
  anyCase({
    type: v.picklist(['wss', 'https']),
    url: maybe(v.string()),
    bearerToken: maybe(v.string()),
    bearerTokenTtl: maybe(time),
  }),
  v.transform(({ bearerTokenTtl, ...same }) => present({ ...same, bearerTokenTtlMs: bearerTokenTtl })),
)
const requestLog = v.pipe(
  anyCase({
    logType: v.picklist(['systemLog', 'instanceLog', 'crashLog']),
    filter: v.optional(filter, {}),
    uploadOptions: maybe(upload),
  }),
  v.transform(
    ({ logType, filter: { from, till, nodeIds, ...instances }, uploadOptions }): LogRequest =>
      present({
        type: types[logType],
        nodeIds,
        filter: decodeFilter(instances),
        fromMs: from,
        tillMs: till,
        upload: uploadOptions,
      }),
  ),
)
const pushLog = v.pipe(
  anyCase({
    correlationId: v.nullish(v.string(), ''),
    node: byCodename,
    part: v.nullish(count, 0),
    partsCount: v.nullish(count, 0),
    content: v.nullish(base64, ''),
    status: v.picklist(['ok', 'failed', 'error', 'empty', 'absent']),
    errorInfo,
  }),
  v.transform((o): { nodeId: string; part: LogPart } => ({
    nodeId: o.node,
    part: present({
      correlationId: o.correlationId,
      partCount: o.partsCount,
      part: o.part,
      data: o.content,
      status: o.status === 'failed' ? 'error' : o.status,
      error: o.errorInfo,
    }),
  })),
)

/** @throws WireError */
export function decodeRequestLog(data: unknown): LogRequest {
  return shape('requestLog', requestLog, data)
}

export function encodeRequestLog({ type, nodeIds, filter: instances, fromMs, tillMs, upload: to }: LogRequest) {
  return {
    logType: wireTypes[type],
    filter: {
      from: momentOf(fromMs),
      till: momentOf(tillMs),
      nodeIds: nodeIds.length > 0 ? nodeIds.map(asCodename) : undefined,
      ...encodeFilter(instances),
    },
    uploadOptions: to && {
      type: to.type,
      url: to.url,
      bearerToken: to.bearerToken,
      bearerTokenTtl: momentOf(to.bearerTokenTtlMs),
    },
  }
}

/** @throws WireError */
export function decodePushLog(data: unknown): { nodeId: string; part: LogPart } {
  return shape('pushLog', pushLog, data)
}

export function encodePushLog({ nodeId, part }: { nodeId: string; part: LogPart }, dialect: Dialect) {
  return {
    correlationId: part.correlationId,
    node: asCodename(nodeId),
    part: part.part,
    partsCount: part.partCount,
    content: part.data.length > 0 ? toBase64(part.data) : undefined,
    status: part.status === 'error' && dialect === 'schema' ? 'failed' : part.status,
    errorInfo: part.error,
  }
}

const momentOf = (ms: number | undefined) => (ms === undefined ? undefined : encodeTime(ms))

import * as v from 'valibot'
import type { ApiAnswer } from './local-api.ts'

/*
 * What UpdateHub's clients accept of an agent (updatehub.md 1.7 to 1.11), as strict as they are. They cannot be had here
 * as programs. Each function gives what the client would tell its caller, and throws where it would fail.
 */

const text = v.string()
const values = v.record(text, v.union([text, v.array(text)]))
const instant = v.pipe(text, v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/))

const rustInfo = v.strictObject({
  state: text,
  version: text,
  config: v.strictObject({
    firmware: v.strictObject({ metadata: text }),
    network: v.strictObject({ server_address: text, listen_socket: text }),
    polling: v.strictObject({ interval: v.pipe(text, v.regex(/^\d+s$/)), enabled: v.boolean() }),
    storage: v.strictObject({ read_only: v.boolean(), runtime_settings: text }),
    update: v.strictObject({ download_dir: text, supported_install_modes: v.array(text) }),
  }),
  firmware: v.strictObject({
    product_uid: text,
    version: text,
    hardware: text,
    pub_key: v.optional(v.nullable(text)),
    device_identity: values,
    device_attributes: values,
  }),
  runtime_settings: v.strictObject({
    polling: v.strictObject({
      last: instant,
      retries: v.pipe(v.number(), v.integer(), v.minValue(0)),
      now: v.boolean(),
      server_address: v.union([v.literal('default'), v.strictObject({ custom: text })]),
    }),
    update: v.strictObject({
      upgrade_to_installation: v.optional(v.picklist(['a', 'b'])),
      applied_package_uid: v.optional(v.pipe(text, v.length(64))),
    }),
    path: text,
    persistent: v.boolean(),
  }),
})

const rustLevels = ['critical', 'crit', 'error', 'erro', 'warning', 'warn', 'info', 'debug', 'debg', 'trace', 'trce']
const rustLog = v.object({
  entries: v.array(
    v.strictObject({ level: v.picklist(rustLevels), message: text, time: text, data: v.record(text, text) }),
  ),
  first_index: v.optional(v.pipe(v.number(), v.integer()), 0),
})

/** Lower case without underscores: it does not know `entry_point`, `direct_download` and `prepare_local_install`. */
const rustState = v.picklist([
  'park',
  'entrypoint',
  'poll',
  'probe',
  'validation',
  'download',
  'install',
  'reboot',
  'directdownload',
  'preparelocalinstall',
  'error',
])
const rustProbe = v.union([
  v.literal('updating'),
  v.literal('no_update'),
  v.strictObject({ try_again: v.pipe(v.number(), v.integer()) }),
])

/** The rust-sdk 2.2.0, and with it the official command line. */
export const rust = {
  info: (answer: ApiAnswer) => v.parse(rustInfo, ok(answer)),
  log: (answer: ApiAnswer) => v.parse(rustLog, ok(answer)),
  probe: (answer: ApiAnswer) => okOrBusy(answer, rustProbe),
  localInstall: (answer: ApiAnswer) => okOrBusy(answer, rustState),
  /** Here it does not know that an agent may be busy. */
  remoteInstall: (answer: ApiAnswer) => v.parse(rustState, ok(answer)),
  abort: (answer: ApiAnswer) =>
    answer.status === 406
      ? { refused: v.parse(v.strictObject({ error: text }), answer.json).error }
      : v.parse(rustState, ok(answer)),
}

/** The go-sdk: any JSON string, whatever the status. */
export const go = { state: (answer: ApiAnswer) => v.parse(text, answer.json) }

/** The py-sdk: any JSON, whatever the status. */
export function python({ text: body }: ApiAnswer): unknown {
  return JSON.parse(body)
}

/** The command line's `log --watch`: prints only entries that it has not printed. */
export class LogWatcher {
  readonly printed: string[] = []
  #next = 0

  read(answer: ApiAnswer): void {
    const { entries, first_index: first } = rust.log(answer)
    entries.forEach(({ message }, i) => {
      if (first + i >= this.#next) this.printed.push(message)
    })
    this.#next = Math.max(this.#next, first + entries.length)
  }
}

function ok({ status, json }: ApiAnswer): unknown {
  if (status !== 200) throw new Error(`unexpected response ${status}`)
  return json
}

function okOrBusy<S extends v.GenericSchema>(answer: ApiAnswer, schema: S): v.InferOutput<S> | { busy: string } {
  return answer.status === 406 ? { busy: v.parse(rustState, answer.json) } : v.parse(schema, ok(answer))
}

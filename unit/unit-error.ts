/**
 * `settings`: a file or key the unit cannot run with. `desired_state`: an order that asks for something impossible.
 * `item_unknown`, `item_failed`: an item's blobs are not here, or did not pass. `no_space`: no room, and nothing to evict.
 * `node_away`: a node that is needed does not answer. `config_refused`: a unit configuration that was not accepted.
 * `component_failed`, `instance_failed`: a firmware component, a service instance did not come up.
 * `cloud_silent`: no answer in time. `timeout`: an update took longer than it may. `identity`: a certificate or key.
 * `wrong_state`: asked for at the wrong time. `store_unreadable`: stored records this version cannot take over.
 */
export type UnitErrorCode =
  | 'settings'
  | 'desired_state'
  | 'item_unknown'
  | 'item_failed'
  | 'no_space'
  | 'node_away'
  | 'config_refused'
  | 'component_failed'
  | 'instance_failed'
  | 'cloud_silent'
  | 'timeout'
  | 'identity'
  | 'wrong_state'
  | 'store_unreadable'

export class UnitError extends Error {
  override readonly name = 'UnitError'
  readonly code: UnitErrorCode
  constructor(code: UnitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

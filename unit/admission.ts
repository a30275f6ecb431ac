/**
 * Why the holder of a certificate may not speak for a node (W22): its common name is another node's. A certificate that
 * carries no node's id, as AosCore's own do, may speak for any; undefined then.
 */
export function bindingRefusal(
  peerName: string | undefined,
  nodeId: string,
  isNode: (name: string) => boolean,
): string | undefined {
  if (peerName === undefined || peerName === nodeId || !isNode(peerName)) return undefined
  return `expected the certificate of node ${nodeId}, got that of node ${peerName}`
}

import { join } from 'node:path'
import type { NodeLayout, UnitLayout, UnitPorts } from './unit-layout.ts'

/** The id of the demo's unit. */
export const unitId = 'demo-unit'

const at = (port: number) => `127.0.0.1:${port}`

/** Settings of the main node: communication manager and identity service. */
export function mainSettings(layout: UnitLayout, ports: UnitPorts, fleet: string): object {
  return {
    workingDir: join(layout.folder, 'main', 'data'),
    systemId: unitId,
    unitModel: 'demo vehicle',
    fleet: { url: fleet, claimTokenFile: layout.claim },
    node: { id: 'main', type: 'gateway', title: 'main node' },
    hostNames: ['localhost'],
    cmServerUrl: at(ports.serviceManagers),
    umServerUrl: at(ports.updateManagers),
    schedulerUrl: at(ports.scheduler),
    fileServerUrl: at(ports.blobs),
    iamPublicServerUrl: at(ports.identity),
    iamProtectedServerUrl: at(ports.identityProtected),
    acceptNodes: ['edge'],
    unitStatusSendTimeout: '300ms',
    settleTime: '2s',
  }
}

/** Settings of the other node's identity service. */
export function edgeSettings(layout: UnitLayout, ports: UnitPorts): object {
  return {
    workingDir: join(layout.folder, 'edge', 'data'),
    systemId: unitId,
    node: { id: 'edge', type: 'camera', title: 'second node' },
    hostNames: ['localhost'],
    iamPublicServerUrl: at(ports.edgeIdentity),
    mainIAMPublicServerURL: `localhost:${ports.identity}`,
    mainIAMProtectedServerURL: `localhost:${ports.identityProtected}`,
    caCert: join(layout.nodes.main.identity, 'unit-roots.pem'),
  }
}

/** Settings of a node's service manager. */
export function serviceSettings(node: NodeLayout, layout: UnitLayout, ports: UnitPorts): object {
  const data = join(layout.folder, 'main', 'data')
  return {
    cmServerUrl: `localhost:${ports.serviceManagers}`,
    cmReconnectTimeout: '2s',
    workingDir: node.services,
    storageDir: join(data, 'storages'),
    stateDir: join(data, 'states'),
    caCert: join(node.identity, 'unit-roots.pem'),
    windlass: {
      certificate: join(node.identity, 'sm.pem'),
      key: join(node.identity, 'sm.pem'),
      nodeId: node.name,
      runDir: join(node.services, 'run'),
      stopGrace: '2s',
    },
  }
}

/** What a firmware agent's settings say of the unit it is in; appended to those of a device that stands alone. */
export function unitSection(node: NodeLayout, ports: UnitPorts): string {
  const key = join(node.identity, 'um.pem')
  return `
[unit]
communication_manager = "localhost:${ports.updateManagers}"
key = ${JSON.stringify(key)}
certificate = ${JSON.stringify(key)}
ca = ${JSON.stringify(join(node.identity, 'unit-roots.pem'))}
node_id = "${node.name}"
component_type = "${componentType(node.name)}"
component_id = "${componentType(node.name)}"
`
}

/** Nodes of different types have different firmware. */
export function componentType(node: string): string {
  return `firmware-${node}`
}

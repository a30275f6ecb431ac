import { join } from 'node:path'
import { layoutOf } from '../../device/layout.ts'
import { mainAddress, type NodeName, nodeNames } from './namespaces.ts'

export const unitId = 'three'
export const fleetPort = 8000

/** Which nodes run services; a service goes to the node that has its label. */
export const places = { front: 'left', back: 'right' } as const
export type ServiceName = keyof typeof places
export const serviceNames: readonly ServiceName[] = ['front', 'back']

/** Which nodes have an update manager, by falling priority. */
export const devices = ['main', 'left'] as const
export type DeviceName = (typeof devices)[number]
export const componentOf = (node: DeviceName): string => `firmware-${node}`

/** Where everything of one node is. */
export function nodeFolders(root: string, node: NodeName) {
  const folder = join(root, node)
  return {
    folder,
    settings: join(folder, 'unit.json'),
    serviceSettings: join(folder, 'services.json'),
    data: join(folder, 'data'),
    identity: join(folder, 'data', 'identity'),
    /** A folder of its own, so that a case may take it away. */
    config: join(folder, 'config'),
    services: join(folder, 'services'),
    device: layoutOf(join(folder, 'device')),
  }
}

export function mainSettings(root: string, onFailure: 'restore' | 'converge'): object {
  const own = nodeFolders(root, 'main')
  const at = (port: number) => `${mainAddress}:${port}`
  return {
    workingDir: own.data,
    systemId: unitId,
    fleet: { url: `http://127.0.0.1:${fleetPort}`, claimTokenFile: join(root, 'claim') },
    node: { id: 'main', type: 'main', attrs: { AosComponents: 'cm,iam,um' } },
    hostNames: [mainAddress],
    cmServerUrl: at(8093),
    umServerUrl: at(8091),
    schedulerUrl: at(8095),
    fileServerUrl: at(8094),
    iamPublicServerUrl: at(8090),
    iamProtectedServerUrl: at(8089),
    acceptNodes: nodeNames.filter((name) => name !== 'main'),
    onFailure,
    unitStatusSendTimeout: '200ms',
    settleTime: '1s',
    activatingTimeout: '15s',
    retryTime: '1s',
    launcher: { runTimeout: '25s' },
    umController: { connectionTimeout: '60s' },
  }
}

export function identitySettings(root: string, node: NodeName): object {
  return {
    workingDir: nodeFolders(root, node).data,
    systemId: unitId,
    node: { id: node, type: node, attrs: { AosComponents: node === 'left' ? 'iam,sm,um' : 'iam,sm' } },
    hostNames: ['localhost'],
    mainIAMPublicServerURL: `${mainAddress}:8090`,
    mainIAMProtectedServerURL: `${mainAddress}:8089`,
    caCert: join(nodeFolders(root, 'main').identity, 'unit-roots.pem'),
  }
}

/** `runtime`: the only one to be used; absent: what is installed. */
export function serviceSettings(root: string, node: NodeName, runtime?: 'crun' | 'runc'): object {
  const { identity, services, config } = nodeFolders(root, node)
  const data = nodeFolders(root, 'main').data
  return {
    cmServerUrl: `${mainAddress}:8093`,
    cmReconnectTimeout: '500ms',
    workingDir: services,
    storageDir: join(data, 'storages'),
    stateDir: join(data, 'states'),
    nodeConfigFile: join(config, 'aos_node.cfg'),
    caCert: join(identity, 'unit-roots.pem'),
    ...(runtime && { runtimes: [{ type: runtime }] }),
    windlass: {
      certificate: join(identity, 'sm.pem'),
      key: join(identity, 'sm.pem'),
      nodeId: node,
      runDir: join(services, 'run'),
      stopGrace: '1s',
      // Not every kernel has VLANs.
      trunk: 'vxlan',
    },
  }
}

/** Where a node's service manager keeps what it gives the runtime `runc` or `crun`, a folder for each instance. */
export function runsOf(root: string, node: NodeName, runtime: 'crun' | 'runc'): string {
  return join(nodeFolders(root, node).services, 'run', runtime)
}

/** What an agent's settings say of the unit that it is in. */
export function unitSection(root: string, node: DeviceName): string {
  const { identity } = nodeFolders(root, node)
  const key = JSON.stringify(join(identity, 'um.pem'))
  return `
[unit]
communication_manager = "${mainAddress}:8091"
key = ${key}
certificate = ${key}
ca = ${JSON.stringify(join(identity, 'unit-roots.pem'))}
node_id = "${node}"
priority = ${devices.length - devices.indexOf(node)}
component_type = "${componentOf(node)}"
component_id = "${componentOf(node)}"
`
}

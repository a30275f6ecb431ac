import { join } from 'node:path'
import { type DeviceLayout, layoutOf } from '../device/layout.ts'

export type NodeName = 'main' | 'edge'
export const nodeNames: readonly NodeName[] = ['main', 'edge']

/** One node of the demo's unit: its identity, its services, and the pretend machine below its firmware agent. */
export interface NodeLayout {
  name: NodeName
  settings: string
  serviceSettings: string
  /** Keys with their certificates, as the unit issues them. */
  identity: string
  services: string
  device: DeviceLayout
  logs: { identity: string; services: string; agent: string }
}

/** The demo's unit: two nodes of one machine. */
export interface UnitLayout {
  folder: string
  claim: string
  images: string
  nodes: Record<NodeName, NodeLayout>
}

/** Ports on loopback. */
export interface UnitPorts {
  serviceManagers: number
  updateManagers: number
  scheduler: number
  blobs: number
  identity: number
  identityProtected: number
  edgeIdentity: number
}

export function unitLayout(root: string, logs: string): UnitLayout {
  const folder = join(root, 'unit')
  const node = (name: NodeName): NodeLayout => ({
    name,
    settings: join(folder, name, 'unit.json'),
    serviceSettings: join(folder, name, 'services.json'),
    identity: join(folder, name, 'data', 'identity'),
    services: join(folder, name, 'services'),
    device: layoutOf(join(folder, name, 'device')),
    logs: {
      identity: join(logs, `unit-${name}.log`),
      services: join(logs, `services-${name}.log`),
      agent: join(logs, `agent-${name}.log`),
    },
  })
  return {
    folder,
    claim: join(folder, 'claim'),
    images: join(folder, 'images'),
    nodes: { main: node('main'), edge: node('edge') },
  }
}

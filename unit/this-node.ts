import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { NodeInfo } from '@windlass/model/unit'
import type { UnitSettings } from './settings.ts'

/** What a core is taken for where nobody says better. */
const dmipsPerCore = 10_000
const architectures: Readonly<Record<string, string>> = { x64: 'amd64' }

/** This machine, as its identity service tells of it. Architectures by their OCI names. */
export function thisNode({ node, partitions }: Pick<UnitSettings, 'node' | 'partitions'>): Omit<NodeInfo, 'state'> {
  const all = cpus()
  const architecture = architectures[arch()] ?? arch()
  return {
    nodeId: node.id,
    nodeType: node.type,
    title: node.title,
    maxDmips: all.length * dmipsPerCore,
    totalRam: totalmem(),
    os: { os: platform(), version: release(), features: [] },
    cpus: [
      {
        modelName: all[0]?.model ?? '',
        cores: all.length,
        threads: all.length,
        arch: { architecture },
        maxDmips: all.length * dmipsPerCore,
      },
    ],
    partitions,
    attrs: node.attrs,
  }
}

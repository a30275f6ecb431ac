import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'

/*
 * Who may know whom. The import graph is the network graph: what passes between two places passes through core/wire
 * and a socket.
 */

const core = ['model', 'wire', 'trust', 'machine', 'platform', 'images']

/** Workspace folder → the workspaces it may import. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  'core/model': [],
  'core/wire': ['model'],
  'core/trust': ['model'],
  'core/machine': [],
  'core/platform': [],
  'core/images': ['model', 'wire', 'platform'],
  fleet: core,
  unit: core,
  'node/firmware': core,
  'node/services': core,
  'node/packaging': [],
  'operator/cli': core,
  'operator/web': core,
  sim: [...core, 'fleet', 'unit', 'firmware', 'services', 'cli', 'web'],
  bench: [...core, 'unit', 'sim'],
  bin: ['fleet', 'unit', 'firmware', 'services', 'cli', 'sim'],
  scripts: ['machine', 'firmware', 'unit', 'model'],
}

/** Every import that breaks a rule, as `file: what`. */
export function brokenRules(root: string): string[] {
  return Object.keys(mayImport).flatMap((place) =>
    sources(join(root, place)).flatMap((file) => {
      const found = imports(readFileSync(file, 'utf8'))
      return found
        .filter((name) => !isAllowed(root, place, file, name))
        .map((name) => `${relative(root, file)}: ${name}`)
    }),
  )
}

/** What a source imports, statically, dynamically or for its types only. */
export function imports(source: string): string[] {
  const form =
    /(?:^|[\s;}])(?:import|export)\s*(?:type\s)?[^'"();]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/gm
  return [...source.matchAll(form)].map(([, from, bare]) => from ?? bare ?? '')
}

function isAllowed(root: string, place: string, file: string, name: string): boolean {
  if (name.startsWith('.')) {
    const inside = relative(join(root, place), normalize(join(dirname(file), name)))
    return !inside.startsWith(`..${sep}`)
  }
  const ours = /^@windlass\/([^/]+)/.exec(name)?.[1]
  return ours === undefined || (mayImport[place] ?? []).includes(ours)
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
}

import { deflateRawSync } from 'node:zlib'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

/**
 * Puts a package, with all that it needs, into the bundle as a packed text that is compiled when somebody asks for it. V8
 * looks through every function of a script when it is loaded, and keeps what it found: gRPC would cost an agent 3 MB that never
 * calls it. `seen` hears of the sources.
 */
export function asText(name: RegExp, options: BuildOptions, seen: (inputs: Metafile['inputs']) => void): Plugin {
  return {
    name: 'as-text',
    setup(bundling) {
      bundling.onResolve({ filter: name }, ({ path, resolveDir }) => ({
        path,
        namespace: 'as-text',
        pluginData: { resolveDir },
      }))
      bundling.onLoad({ filter: name, namespace: 'as-text' }, async ({ path, pluginData }) => {
        const { resolveDir } = pluginData as { resolveDir: string }
        const stdin = { contents: `module.exports = require(${JSON.stringify(path)})`, resolveDir }
        const { outputFiles, metafile } = await build({ ...options, stdin, write: false, metafile: true })
        seen(metafile.inputs)
        const script = outputFiles[0]?.contents ?? new Uint8Array()
        return { contents: unpacking(deflateRawSync(script).toString('base64')), loader: 'js' }
      })
    },
  }
}

function unpacking(packed: string): string {
  return `const { inflateRawSync } = require('node:zlib')
const text = inflateRawSync(Buffer.from('${packed}', 'base64')).toString()
new Function('module', 'exports', 'require', text)(module, exports, require)`
}

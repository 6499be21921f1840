import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

/** What a reader imports of Node, as it stands in a browser. */
const replaced: Readonly<Record<string, string>> = {
  'node:path': 'export const extname = (path) => /[^/\\\\](\\.[^./\\\\]*)$/.exec(path)?.[1] ?? ""',
  // Schemas describe messages and settings of the workbench; nothing that is bundled parses with them.
  zod: 'export const z = new Proxy(() => z, { get: () => z })',
}
const virtual = '\0replaced:'
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function forBrowsers(): Plugin {
  return {
    name: 'frames-for-browsers',
    enforce: 'pre',
    resolveId(id) {
      if (id === 'node:zlib') return beside('zlib.ts')
      if (id.startsWith('node:') && !(id in replaced)) return { id, external: true, moduleSideEffects: false }
      if (id === 'frames/buffer') return beside('buffer.ts')
      return id in replaced ? `${virtual}${id}` : null
    },
    load: (id) => (id.startsWith(virtual) ? replaced[id.slice(virtual.length)] : null),
    transform: (code, id) => (!id.endsWith('frames/buffer.ts') && /\bBuffer\./.test(code) ? { code: `import { Buffer } from 'frames/buffer'\n${code}`, map: null } : null),
  }
}

/**
 * samples/typescript/frames.js of a package: entry.ts and all it is made of as one module that runs in Node and browsers. Done by the
 * build (electron.vite.config.ts), and on demand where Saccade runs from its sources.
 * @throws Error where something of Node is left in it
 */
export async function bundleFrames(): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [forBrowsers()],
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: beside('entry.ts'), formats: ['es'], fileName: 'frames' },
      rolldownOptions: { external: ['h5wasm'], shimMissingExports: true, output: { codeSplitting: false }, treeshake: { manualPureFunctions: ['z'] } },
    },
  })
  const code = [made].flat().flatMap((one) => ('output' in one ? one.output : [])).flatMap((file) => (file.type === 'chunk' ? [file.code] : []))[0]
  const left = /["']node:\w+["']|\w+Schema\.\w+\(/.exec(code ?? '')
  if (code === undefined || left) throw new Error(`frames.js can't run in browsers: ${left?.[0] ?? 'nothing was bundled'}`)
  return `// Made by Saccade of its own sources: readers, filters and framing. Types: frames.d.ts\n// It holds parts of fflate and fzstd, (c) Arjun Barrett, MIT licence.\n${code}`
}

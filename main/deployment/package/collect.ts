import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { bundleFrames } from './frames/bundle.ts'

/**
 * Every file of a package's samples, by its path below samples/: those that lie beside this file, and frames.js. Needs the sources and
 * vite: the build keeps what comes out as samples.json (electron.vite.config.ts).
 */
export async function collectSamples(): Promise<Map<string, string>> {
  const folder = join(import.meta.dirname, 'samples')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  const written = paths.map((path): [string, string] => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')])
  return new Map([...written, ['typescript/frames.js', await bundleFrames()]])
}

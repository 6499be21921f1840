/**
 * npm run kernels: assembles the WebAssembly kernels (kernels/*.wat under main/) into the TypeScript files beside them, which the
 * sources import: nothing has to be assembled before they run. A test checks that the two agree.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import wabt from 'wabt'

const root = join(import.meta.dirname, '..')

/** Paths of all kernels' sources, from the project's root. */
export const kernels: readonly string[] = globSync('main/**/kernels/*.wat', { cwd: root }).sort()

/** The TypeScript file of a kernel. */
export const generatedPath = (kernel: string): string => join(root, kernel.replace(/\.wat$/, '.wasm.ts'))

/** What stands in it. @throws Error where the kernel's source is wrong, with line and column */
export async function generate(kernel: string): Promise<string> {
  const module = (await wabt()).parseWat(kernel, readFileSync(join(root, kernel), 'utf8'), { simd: true, bulk_memory: true })
  try {
    module.validate()
    const bytes = Buffer.from(module.toBinary({}).buffer)
    const lines = bytes.toString('base64').match(/.{1,120}/g) ?? []
    const file = kernel.split('/').at(-1)!
    return `/** ${file}, assembled by \`npm run kernels\`. */\nexport const wasm: string =\n${lines.map((line) => `  '${line}'`).join(' +\n')}\n`
  } finally {
    module.destroy()
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const kernel of kernels) {
    writeFileSync(generatedPath(kernel), await generate(kernel))
    console.log(relative(root, generatedPath(kernel)))
  }
}

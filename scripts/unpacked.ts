/**
 * node scripts/unpacked.ts FOLDER: lays out what a package for this system holds, after electron-builder.yml, without Electron:
 * the bundles, and of the packages what they load. "npx electron-builder" does the rest, on a machine that may download Electron.
 */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob } from 'node:path'
import { parse } from 'yaml'

interface Packaging {
  readonly files: readonly string[]
  readonly asarUnpack: readonly string[]
  readonly linux: { readonly files: readonly string[] }
  readonly mac: { readonly files: readonly string[] }
  readonly win: { readonly files: readonly string[] }
}

export const readPackaging = (root: string): Packaging => parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Packaging

const systems = { linux: 'linux', darwin: 'mac', win32: 'win' } as const

/** "dir/**" is also what lies deeper; braces and "!(x)" as electron-builder's globs have them; hidden files match too. */
const matches = (path: string, pattern: string): boolean => matchesGlob(path, pattern)

/** Whether a file goes into the package: the last pattern that it matches decides, "!" before it leaves it out. */
export function goesIn(path: string, { files, ...own }: Packaging, platform: keyof typeof systems, arch: string): boolean {
  const patterns = [...files, ...own[systems[platform]].files].map((pattern) => pattern.replaceAll('${arch}', arch))
  // Packages that the application needs are in unless a pattern leaves them out.
  let inside = path.startsWith('node_modules/')
  for (const pattern of patterns) {
    const out = pattern.startsWith('!')
    if (matches(path, out ? pattern.slice(1) : pattern)) inside = !out
  }
  return inside
}

/** Folders of the packages that the application needs when it runs, as they lie under `root`, those of other systems left out. */
export function runtimePackages(root: string): string[] {
  interface Entry {
    readonly dependencies?: Record<string, string>
    readonly optionalDependencies?: Record<string, string>
    readonly peerDependencies?: Record<string, string>
  }
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> }
  const found = new Set<string>()
  const visit = (path: string, { dependencies, optionalDependencies }: Entry): void => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      // The nearest one above, as Node looks for it.
      for (let from = path; ; from = from.slice(0, Math.max(0, from.lastIndexOf('node_modules/') - 1))) {
        const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`
        const entry = packages[candidate]
        if (entry) {
          if (!found.has(candidate) && existsSync(join(root, candidate))) {
            found.add(candidate)
            visit(candidate, entry)
          }
          break
        }
        if (from === '') break
      }
    }
  }
  const own = packages[''] ?? {}
  visit('', { dependencies: own.dependencies ?? {} })
  return [...found].sort()
}

/** Lays it out in an empty folder, by hard links where that works. @returns the files, relative */
export function layOut(root: string, target: string): string[] {
  const packaging = readPackaging(root)
  const platform = process.platform as keyof typeof systems
  const laid: string[] = []
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inner = `${path}/${entry.name}`
      // A package's own packages have an entry of their own in the list.
      if (entry.isDirectory() && entry.name !== 'node_modules') visit(inner)
      else if (entry.isFile()) put(inner)
    }
  }
  const put = (path: string): void => {
    if (!goesIn(path, packaging, platform, process.arch)) return
    mkdirSync(dirname(join(target, path)), { recursive: true })
    try {
      linkSync(join(root, path), join(target, path))
    } catch {
      copyFileSync(join(root, path), join(target, path))
    }
    laid.push(path)
  }
  for (const file of ['package.json', 'LICENSE', 'resources/icon.png']) put(file)
  visit('out')
  runtimePackages(root).forEach(visit)
  return laid
}

if (import.meta.main) {
  const [target] = process.argv.slice(2)
  if (target === undefined) throw new Error('Usage: node scripts/unpacked.ts FOLDER')
  const files = layOut(join(import.meta.dirname, '..'), target)
  console.log(`${files.length} files in ${target}. The workbench without a window: node ${join(target, 'out/main/headless.js')}`)
}

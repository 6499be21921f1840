/** Builds out/ where the sources have changed since the last build. On its own: node scripts/build.ts */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the bundles are made of. */
const sources = [
  'main',
  'preload',
  'renderer',
  'resources',
  'electron.vite.config.ts',
  'package-lock.json',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.web.json',
]
const root = join(import.meta.dirname, '..')
const stamp = join(root, 'out/sources.txt')
const lock = join(root, 'out/.building')
/** A build takes about 10 s; a lock this old was left by a process that died. */
const staleMs = 180_000

/**
 * Waits for a build that is under way elsewhere, then builds if there is still something to.
 * @throws with the bundler's output where the build fails
 */
export async function buildIfChanged(say: (line: string) => void = console.log): Promise<void> {
  while (!upToDate()) {
    if (!take()) {
      await sleep(200)
      continue
    }
    try {
      build(say)
      return
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

function build(say: (line: string) => void): void {
  const fingerprint = fingerprintOf()
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(tool)) throw new Error('The packages are not installed. Run "npm ci" first.')
  say('Building Saccade ...')
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`)
  writeFileSync(stamp, fingerprint)
  say(`Built in ${((performance.now() - start) / 1000).toFixed(1)} s.`)
}

function upToDate(): boolean {
  return existsSync(stamp) && !existsSync(lock) && readFileSync(stamp, 'utf8') === fingerprintOf()
}

/** Takes the lock. @returns whether we have it */
function take(): boolean {
  mkdirSync(join(root, 'out'), { recursive: true })
  try {
    mkdirSync(lock)
    return true
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (since !== undefined && Date.now() - since > staleMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

/** Changes with every name, size or time of a source file. */
function fingerprintOf(): string {
  const hash = createHash('sha256').update(process.versions.node)
  const visit = (path: string): void => {
    const full = join(root, path)
    const stat = statSync(full, { throwIfNoEntry: false })
    if (!stat) return
    if (stat.isDirectory()) for (const name of readdirSync(full).sort()) visit(`${path}/${name}`)
    else hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`)
  }
  sources.forEach(visit)
  return hash.digest('hex')
}

if (import.meta.main) await buildIfChanged()

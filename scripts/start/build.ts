import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the bundles are made of. */
const sources = ['main', 'preload', 'renderer', 'resources', 'electron.vite.config.ts', 'package-lock.json', 'package.json', 'tsconfig.base.json', 'tsconfig.web.json']
const stamp = 'out/sources.txt'

/** Builds out/ where the sources have changed since the last build. @returns false where the build failed, which it has said */
export async function buildIfChanged(root: string): Promise<boolean> {
  const fingerprint = fingerprintOf(root)
  const path = join(root, stamp)
  if (existsSync(path) && readFileSync(path, 'utf8') === fingerprint) return true
  console.log('Building Saccade ...')
  const start = performance.now()
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(tool)) {
    console.error('The packages are not installed. Run "npm ci" first.')
    return false
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) {
    console.error(`The build failed:\n${stdout}${stderr}`)
    return false
  }
  writeFileSync(path, fingerprint)
  console.log(`Built in ${((performance.now() - start) / 1000).toFixed(1)} s.`)
  return true
}

/** Changes with every name, size or time of a source file. */
function fingerprintOf(root: string): string {
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

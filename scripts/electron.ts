import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type FoundElectron = { readonly path: string; readonly reason: null } | { readonly path: null; readonly reason: string }

/** Electron answers a first request within this time or can't be had here. */
const probeMs = 5000
/** Its binary is about 120 MB: a slow line gets it in this time. */
const installMs = 180_000

/**
 * Electron's program: the one that is there, or fetched now by Electron's own installer (its npm package holds no binary).
 * Never throws: where it can't be had, the reason says why.
 */
export async function findElectron(root: string, env: NodeJS.ProcessEnv = process.env, user = process.getuid?.()): Promise<FoundElectron> {
  if (process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY)
    return none('there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)')
  if (process.platform === 'linux' && user === 0) return none("Electron's sandbox does not run as root")
  const folder = join(root, 'node_modules/electron')
  if (!existsSync(folder)) return none('the electron package is not installed')
  const there = installed(folder, env)
  if (there) return { path: there, reason: null }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const mirror = env.ELECTRON_MIRROR ?? env.npm_config_electron_mirror ?? 'https://github.com/electron/electron/releases/download/'
  if (!(await reachable(`${mirror}v${version}/SHASUMS256.txt`)))
    return none(`Electron's binary is not here yet and ${new URL(mirror).host} can't be reached to fetch it`)
  console.log(`Fetching Electron ${version} (about 120 MB, once) ...`)
  const failure = await install(folder, env)
  const path = installed(folder, env)
  return path ? { path, reason: null } : none(`Electron's binary could not be fetched${failure ? ` (${failure})` : ''}`)
}

const none = (reason: string): FoundElectron => ({ path: null, reason })

/** As Electron's own index.js finds it. */
function installed(folder: string, env: NodeJS.ProcessEnv): string | null {
  const name = join(folder, 'path.txt')
  const override = env.ELECTRON_OVERRIDE_DIST_PATH
  if (!existsSync(name) && !override) return null
  const path = join(override || join(folder, 'dist'), existsSync(name) ? readFileSync(name, 'utf8').trim() : 'electron')
  return existsSync(path) ? path : null
}

async function reachable(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) })
    return response.ok
  } catch {
    return false
  }
}

/** Runs Electron's installer quietly. @returns what went wrong, in a line */
function install(folder: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    let said = ''
    const installer = spawn(process.execPath, [join(folder, 'install.js')], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    const timer = setTimeout(() => installer.kill(), installMs)
    installer.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000)
    })
    installer.on('error', (error) => resolve(error.message))
    installer.on('exit', (code, signal) => {
      clearTimeout(timer)
      resolve(code === 0 ? null : signal ? `no answer within ${installMs / 1000} s` : (said.trim().split('\n')[0] ?? `exit code ${code}`))
    })
  })
}

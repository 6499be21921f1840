/**
 * npm start: builds what changed, then opens the workbench in Electron. Where Electron's binary can't be had, or there is
 * no display, it serves the same workbench on loopback and says why, and which address to open in a browser.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfChanged } from './build.ts'
import { findElectron } from './electron.ts'

const root = join(import.meta.dirname, '..')
const usage = `Usage: npm start [-- OPTIONS]

  --browser         serve on loopback and use a browser, even where Electron could open a window
  --no-open         don't open the browser, only print the address
  --port N          port of the loopback server (default: a free one)
  --library FOLDER  where datasets, runs and models are kept (default: SACCADE_LIBRARY, else ~/Saccade)
`

const options = {
  browser: { type: 'boolean' },
  open: { type: 'boolean', default: true },
  port: { type: 'string' },
  library: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const
let values
try {
  ;({ values } = parseArgs({ options, allowNegative: true }))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exit(2)
}
if (values.help) {
  console.log(usage)
  process.exit(0)
}

// Ctrl-C on a terminal reaches the whole process group: the child saves and ends, then we end with it.
process.on('SIGINT', () => void (process.stdin.isTTY || child?.kill('SIGINT')))
process.on('SIGTERM', () => child?.kill('SIGTERM'))
let child: ReturnType<typeof spawn> | undefined

/** Runs a program to its end. @returns its exit code, and whether it ended within `soonMs`, and the last it said on stderr */
function run(program: string, args: string[], quiet: boolean): Promise<{ code: number; seconds: number; said: string }> {
  const start = performance.now()
  return new Promise((resolve) => {
    let said = ''
    const started = spawn(program, args, { cwd: root, stdio: ['inherit', 'inherit', quiet ? 'pipe' : 'inherit'] })
    child = started
    started.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
    })
    const end = (code: number): void => resolve({ code, seconds: (performance.now() - start) / 1000, said })
    started.on('error', (error) => {
      said += error.message
      end(1)
    })
    started.on('exit', (code, signal) => end(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
  })
}

try {
  await buildIfChanged()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

const electron = values.browser ? { path: null, reason: 'as asked with --browser' } : await findElectron(root)
let reason = electron.reason
if (electron.path !== null) {
  console.log('Opening Saccade in Electron.')
  const library = values.library === undefined ? [] : ['--library', values.library]
  const { code, seconds, said } = await run(electron.path, ['.', ...library], true)
  // A window that was used has been open for longer than this; what fails to start ends at once.
  if (code === 0 || seconds > 15) process.exit(code)
  const told = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-3)
    .join('\n  ')
  reason = `Electron did not start (exit code ${code})${told ? `:\n  ${told}` : ''}`
}

console.log(`No Electron window: ${reason}.\nServing the same workbench on loopback instead.`)
const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
const server = join(root, 'out/main/headless.js')
if (!existsSync(server)) throw new Error(`${server} is missing after the build.`)
const args = [
  server,
  'serve',
  ...(values.port === undefined ? [] : ['--port', values.port]),
  ...(values.library === undefined ? [] : ['--library', values.library]),
  ...(values.open && display ? ['--open'] : []),
]
process.exitCode = (await run(process.execPath, args, false)).code

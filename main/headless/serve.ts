import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../workbench/api.ts'
import { number, parse, positional, shared, withWorkbench, type Command } from './command.ts'
import { startServer } from './server.ts'

/** The built window, seen from the sources and from the bundle. */
function windowFolder(): string {
  return fileURLToPath(new URL(globalThis.SACCADE_BUNDLED ? '../renderer' : '../../out/renderer', import.meta.url))
}

export const serve: Command = {
  summary: 'the workbench for a browser, on loopback',
  usage: `Usage: npm run saccade -- serve [OPTIONS]

Serves the window on 127.0.0.1 and prints its address with an access token. From another machine, through a tunnel:
ssh -L 4173:127.0.0.1:4173 HOST. Ctrl-C ends it; a run in training is saved and can be resumed.

  --port N               default: a free one
  --open                 open the address in the browser
  --library FOLDER       where datasets, runs and models are kept (default: SACCADE_LIBRARY, else ~/Saccade)
  --json                 print the address as JSON: {"url", "port", "token", "library"}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, port: { type: 'string' }, open: { type: 'boolean' } })
    positional(positionals)
    const port = number(values.port, 'port') ?? 0
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError('--port must be a whole number from 0 to 65535.')
    const folder = windowFolder()
    if (!existsSync(folder)) throw new Error(`The window is not built (${folder} is missing). Run "npm run build" or "npm start".`)
    await withWorkbench(values.library, async (workbench) => {
      const server = await startServer({ workbench, port, windowFolder: folder })
      const { library } = await workbench.call('app.info', {})
      if (values.json) host.print(JSON.stringify({ url: server.url, port: server.port, token: server.token, library }))
      else
        host.print(
          `Saccade runs at\n\n  ${server.url}\n\nOpen this address in a browser on this machine; the token in it is the key, ` +
            `keep it to yourself.\nLibrary: ${library}. Ctrl-C ends it.`,
        )
      if (values.open) openBrowser(server.url)
      await new Promise<void>((resolve) => {
        if (host.signal.aborted) resolve()
        host.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      host.progress.line('Closing: saving what is in training ...')
      await server.close()
    }, true)
  },
}

/** Asks the desktop to open an address. Where it can't, the printed address is still there. */
function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open', url] : process.platform === 'win32' ? ['cmd', '/c', 'start', '', url] : ['xdg-open', url]
  spawn(program ?? 'xdg-open', args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}

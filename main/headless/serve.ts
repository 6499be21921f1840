import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../workbench/api.ts'
import { defaultLibrary } from '../workbench/library.ts'
import { holdsLibrary } from '../workbench/library-presence.ts'
import { number, parse, positional, shared, withWorkbench, type Command } from './command.ts'
import { isLoopback, startServer, type ServerOptions } from './server.ts'
import { Confinement } from './server-paths.ts'
import { defaultLimits, Uploads } from './uploads.ts'

/** The built window, seen from the sources and from the bundle. */
function windowFolder(): string {
  return fileURLToPath(new URL(globalThis.SACCADE_BUNDLED ? '../renderer' : '../../out/renderer', import.meta.url))
}

export const serve: Command = {
  summary: 'the workbench for a browser, on loopback or with TLS',
  usage: `Usage: npm run saccade -- serve [OPTIONS]

Serves the window on 127.0.0.1 and prints its address with an access token. From another machine, through a tunnel:
ssh -L 4173:127.0.0.1:4173 HOST. Ctrl-C ends it; a run in training is saved and can be resumed.

  --port N               default: a free one
  --host ADDRESS         listens on another address of this machine (0.0.0.0: on all), for other machines. Wants --tls-cert and
                         --tls-key, or --insecure-http
  --tls-cert FILE --tls-key FILE
                         serves https with this certificate and key (PEM)
  --insecure-http        serves other machines without TLS: whoever listens on the way can read the token and all data
  --allow FOLDER         a folder that may be read and written beside the library; may stand several times. With --host or --allow
                         browsers reach the library, these folders and the recordings that were opened here before, else all that
                         the user who started it can reach
  --upload-limit SIZE    recordings may be sent here from browsers and desktops, at most so much at once (default: 64G; 0: none)
  --upload-quota SIZE    what all of them may take in the library's folder "uploads" (default: 256G)
  --open                 open the address in the browser
  --library FOLDER       where datasets, runs and models are kept (default: SACCADE_LIBRARY, else ~/Saccade)
  --json                 print the address as JSON: {"url", "port", "token", "library"}`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...shared,
      port: { type: 'string' },
      open: { type: 'boolean' },
      host: { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'insecure-http': { type: 'boolean' },
      allow: { type: 'string', multiple: true },
      'upload-limit': { type: 'string' },
      'upload-quota': { type: 'string' },
    })
    positional(positionals)
    const port = number(values.port, 'port') ?? 0
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError('--port must be a whole number from 0 to 65535.')
    const address = values.host ?? '127.0.0.1'
    const tls = readTls(values['tls-cert'], values['tls-key'])
    if (!isLoopback(address) && !tls && !values['insecure-http']) {
      throw new UsageError(
        `--host ${address} opens this workbench to other machines: give --tls-cert FILE and --tls-key FILE, ` +
          'or --insecure-http if the way there is safe.',
      )
    }
    for (const allowed of values.allow ?? []) {
      if (!statSync(allowed, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`--allow ${allowed}: there is no such folder.`)
    }
    const limits = {
      uploadBytes: byteSize(values['upload-limit'], 'upload-limit') ?? defaultLimits.uploadBytes,
      totalBytes: byteSize(values['upload-quota'], 'upload-quota') ?? defaultLimits.totalBytes,
    }
    const folder = windowFolder()
    if (!existsSync(folder)) throw new Error(`The window is not built (${folder} is missing). Run "npm run build" or "npm start".`)
    const isNew = !holdsLibrary(values.library ?? defaultLibrary())
    await withWorkbench(
      values.library,
      async (workbench) => {
        const { library } = await workbench.call('app.info', {})
        if (isNew) host.progress.line(`There was no library in ${library}: a new, empty one was made.`)
        const { paths } = await workbench.call('recordings.recent', {})
        const confined = !isLoopback(address) || values.allow !== undefined
        const confinement = confined ? new Confinement([library, ...(values.allow ?? [])], paths) : undefined
        const server = await startServer({
          workbench,
          port,
          windowFolder: folder,
          uploads: new Uploads(join(library, 'uploads'), limits),
          host: address,
          ...(tls && { tls }),
          ...(confinement && { confinement }),
        })
        if (values.json)
          host.print(
            JSON.stringify({
              url: server.url,
              port: server.port,
              token: server.token,
              library,
            }),
          )
        else
          host.print(
            `Saccade runs at\n\n  ${server.url}\n\nOpen this address in a browser${isLoopback(address) ? ' on this machine' : ''}; ` +
              `the token in it is the key, keep it to yourself.\nLibrary: ${library}. Ctrl-C ends it.`,
          )
        for (const line of exposure(address, tls, confinement)) host.progress.line(line)
        if (values.open) openBrowser(server.url)
        await new Promise<void>((resolve) => {
          if (host.signal.aborted) resolve()
          host.signal.addEventListener('abort', () => resolve(), {
            once: true,
          })
        })
        host.progress.line('Closing: saving what is in training ...')
        await server.close()
      },
      true,
    )
  },
}

/** "500M", "64G": bytes, in powers of ten. @throws UsageError for anything else */
export function byteSize(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim()) ?? []
  if (count === undefined) throw new UsageError(`--${name} ${text} is no size. Give bytes, or a number with K, M, G or T: 64G.`)
  return Math.floor(Number(count) * 1000 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase()))
}

/** @throws UsageError where only one is given, or they can't be used */
function readTls(cert: string | undefined, key: string | undefined): ServerOptions['tls'] {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) throw new UsageError('--tls-cert and --tls-key go together.')
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file)
    } catch (error) {
      throw new UsageError(`${resolve(file)} can't be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const tls = { cert: read(cert), key: read(key) }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new UsageError(
      `${cert} and ${key} are no certificate and its key in PEM: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return tls
}

/** What a server beyond loopback lets others do, in words. */
export function exposure(address: string, tls: ServerOptions['tls'], confinement: Confinement | undefined): string[] {
  if (isLoopback(address)) return []
  const where = /^(0\.0\.0\.0|::)$/.test(address) ? 'every address of this machine' : address
  return [
    `Other machines reach this workbench on ${where}. Who has the token can:`,
    `  read and write in ${confinement?.folders.join(', ') ?? 'every folder of this user'}, and read recordings opened here before;`,
    '  start and stop training and other work, which takes processors, memory and disk space of this machine;',
    '  remove datasets, runs and models of this library;',
    '  send recordings here (--upload-limit 0: none).',
    tls
      ? `Certificate: SHA-256 ${new X509Certificate(tls.cert).fingerprint256}. Compare it where a browser doubts it.`
      : 'Without TLS: who listens on the way can read the token and everything else, and change it.',
  ]
}

/** Asks the desktop to open an address. Where it can't, the printed address is still there. */
function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open', url] : process.platform === 'win32' ? ['cmd', '/c', 'start', '', url] : ['xdg-open', url]
  spawn(program ?? 'xdg-open', args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}

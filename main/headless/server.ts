import { randomBytes, X509Certificate } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { isIPv6, type AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { eventsProtocol, type Entrance, type EventPosition } from '../../preload/contract/browser-client.ts'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import type { CallName } from '../../preload/contract/index.ts'
import { VERSION } from '../version.ts'
import { isCallName, UsageError, type Workbench } from '../workbench/api.ts'
import { windowFile } from '../workbench/window-files.ts'
import { Access, serverNames } from './server-access.ts'
import { Answers } from './server-answers.ts'
import { EventStream, type EventCounts } from './server-events.ts'
import { answerHeaders as headers, largestBody, readBody, refuse } from './server-messages.ts'
import type { Confinement } from './server-paths.ts'
import { answerUpload } from './server-uploads.ts'
import type { Uploads } from './uploads.ts'

/** Each window needs a few; more at once are no windows. */
const mostConnections = 1024

export interface ServerOptions {
  readonly workbench: Workbench
  /** 0 takes a free one. */
  readonly port: number
  /** Folder of the built window. */
  readonly windowFolder: string
  /** Default: 256 random bits. */
  readonly token?: string
  /** Address to listen on; default: 127.0.0.1. */
  readonly host?: string
  /** Certificate and key, as PEM. */
  readonly tls?: {
    readonly cert: string | Buffer
    readonly key: string | Buffer
  }
  /** Which paths clients may name; default: any, as on the desktop. */
  readonly confinement?: Confinement
  /** Bytes of events that are kept for windows whose line broke; default: 16 MiB. */
  readonly keepBytes?: number
  /** Where files that clients send go; default: none are taken. */
  readonly uploads?: Uploads
}

export interface Server {
  readonly port: number
  readonly token: string
  /** What to open in a browser: the token stands in the fragment, which no browser sends or logs. */
  readonly url: string
  /** What passing events on has cost so far. */
  readonly eventCounts: EventCounts
  close(): Promise<void>
}

/** What answering needs besides the request. */
interface Desk extends ServerOptions {
  readonly access: Access
  readonly events: EventStream
  readonly answers: Answers
}

/**
 * Serves the window and the contract: calls as POST /api/NAME, events over a WebSocket at /events (server-events.ts), both encoded by
 * preload/contract/codec.ts. Who may ask:
 * - only this machine unless `host` says otherwise (from elsewhere through a tunnel: ssh -L 4173:127.0.0.1:4173 host);
 * - only pages served from here: Host must name this server (a rebound foreign name does not), Origin must be the same as Host;
 * - only who has the token or a session (server-access.ts). The window's own files hold no secret and need none.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { workbench, tls, host = '127.0.0.1' } = options
  const token = options.token ?? randomBytes(32).toString('base64url')
  const certificate = tls && new X509Certificate(tls.cert)
  const names = isLoopback(host) ? null : serverNames(host, (name) => certificate?.checkHost(name) !== undefined)
  const access = new Access({ token, tls: tls !== undefined, names })
  const events = new EventStream(workbench, options.keepBytes)
  const answers = new Answers(workbench, (name, input) => perform(options, name, input))
  const desk: Desk = { ...options, access, events, answers }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024,
    handleProtocols: (offered) => (offered.has(eventsProtocol) ? eventsProtocol : false),
  })

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, desk).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, error instanceof Error ? error.message : String(error))
    })
  }
  const server = tls ? createTlsServer({ ...tls, minVersion: 'TLSv1.2' }, listener) : createServer(listener)
  server.maxConnections = mostConnections
  // Large files take their time: what comes of a request's body is watched where it is read.
  server.requestTimeout = 0
  server.headersTimeout = 60_000
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    // A browser's WebSocket always says where it comes from; its cookie alone says nothing of that.
    const page = request.headers.origin !== undefined || request.headers.cookie === undefined
    const known = url?.pathname === '/events' && page && access.knowsHost(request) && access.ownOrigin(request)
    if (!known || access.judge(request) !== 'in') {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => events.join(client, positionIn(url.searchParams)))
  })

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, options.port, host)))
      server.listen(options.port, host, resolve)
    })
  } catch (error) {
    events.close()
    answers.close()
    throw error
  }
  const { port } = server.address() as AddressInfo
  return {
    port,
    token,
    url: `${tls ? 'https' : 'http'}://${nameInAddress(host)}:${port}/#token=${token}`,
    get eventCounts() {
      return events.counts
    },
    async close() {
      events.close()
      answers.close()
      options.uploads?.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Whether only this machine reaches an address. */
export const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|::1|localhost)$/i.test(host)

/** Who listens on all addresses is found under the machine's name. */
function nameInAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname()
  return isIPv6(host) ? `[${host}]` : host
}

function listenFault(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE')
    return new UsageError(`Port ${port} is in use. Choose another one with --port, or leave it out to take a free one.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return new UsageError(`${host} is no address of this machine.`)
  if (error.code === 'EACCES') return new UsageError(`Port ${port} needs more rights than this program has. Choose one from 1024 on.`)
  return error
}

function positionIn(query: URLSearchParams): EventPosition | null {
  const [server, last] = [query.get('server'), Number(query.get('last') ?? NaN)]
  return server !== null && Number.isSafeInteger(last) ? { server, last } : null
}

async function answer(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const { access, windowFolder, events, tls } = desk
  if (!access.knowsHost(request)) return refuse(response, 403, 'This workbench answers only under its own address.')
  if (!access.ownOrigin(request)) return refuse(response, 403, 'This workbench answers only to its own pages.')
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  if (!url) return refuse(response, 400, 'This address can not be read.')
  const { pathname } = url
  const upload = /^\/uploads(\/|$)/.test(pathname)
  if (pathname !== '/session' && !pathname.startsWith('/api/') && !upload) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET is possible here.')
    const file = await windowFile(windowFolder, pathname, [`${tls ? 'wss' : 'ws'}://${request.headers.host}`])
    response.writeHead(file.status, file.headers).end(request.method === 'HEAD' ? undefined : file.body)
    return
  }
  if (request.method !== 'POST' && !upload) return refuse(response, 405, 'Calls are made with POST.')
  const verdict = access.judge(request)
  if (verdict === 'later') return refuse(response, 429, 'Too many wrong access tokens came from this address. Wait a minute.')
  if (verdict === 'out') {
    return refuse(response, 401, 'The access token is missing or wrong. Open the address that the workbench printed when it started.')
  }
  if (upload) return answerUpload(request, response, pathname, desk.uploads)
  if (request.headers['content-type'] !== messageType) return refuse(response, 415, `Calls are sent as ${messageType}.`)
  const name = pathname === '/session' ? null : pathname.slice('/api/'.length)
  if (name !== null && !isCallName(name)) return refuse(response, 404, `There is no call "${name}".`)
  const body = await readBody(request)
  if (!body) return refuse(response, 413, `A call may be at most ${largestBody} bytes long.`)
  let input: unknown
  try {
    input = decode(body)
  } catch (error) {
    return refuse(response, 400, error instanceof Error ? error.message : String(error))
  }
  if (name === null) {
    const wanted = (input as { cookie?: unknown } | null)?.cookie === true && request.headers.authorization !== undefined
    response
      .writeHead(200, {
        ...headers,
        ...(wanted && { 'set-cookie': access.begin(request) }),
      })
      .end(encode({ ...events.position, version: VERSION } satisfies Entrance))
    return
  }
  try {
    const { bytes, zipped } = await desk.answers.answer(name, input, zips(request))
    response.writeHead(200, { ...headers, ...(zipped && { 'content-encoding': 'gzip' }), 'content-length': bytes.length }).end(bytes)
  } catch (error) {
    refuse(response, statusOf(error), error instanceof Error ? error.message : String(error))
  }
}

/** Whether compressing pays: to other machines. Through a tunnel that is its own matter (ssh -C). */
const zips = ({ headers, socket }: IncomingMessage): boolean =>
  /\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) && !isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))

/** A call within what its client may reach. */
async function perform({ workbench, confinement }: ServerOptions, name: CallName, input: unknown): Promise<unknown> {
  if (!confinement) return workbench.call(name, input)
  if (name === 'files.list') {
    const list = confinement.list((input as { path?: string | null } | null)?.path ?? null)
    if (list) return list
  }
  confinement.check(name, input)
  if (name !== 'files.list') return workbench.call(name, input)
  const listing = await workbench.call('files.list', input)
  return { ...listing, parent: confinement.parent(listing.parent) }
}

/** 400: what was asked makes no sense; 500: a fault of ours; 422: anything else that can't be done (no such file, a damaged one, ...). */
function statusOf(error: unknown): number {
  if (error instanceof UsageError) return 400
  const ours = [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
  return ours || !(error instanceof Error) ? 500 : 422
}

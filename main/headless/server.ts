import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { eventsProtocol, tokenProtocol } from '../../preload/contract/browser-client.ts'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import { isCallName, UsageError, type Workbench } from '../workbench/api.ts'
import { windowFile } from '../workbench/window-files.ts'

/** Inputs of calls are small; the largest holds a network's description. */
const largestBody = 1 << 20
/** A window that hears events slower than they come is cut off at this backlog and connects again. */
const largestBacklog = 16 << 20

export interface ServerOptions {
  readonly workbench: Workbench
  /** 0 takes a free one. */
  readonly port: number
  /** Folder of the built window. */
  readonly windowFolder: string
  /** Default: 256 random bits. */
  readonly token?: string
}

export interface Server {
  readonly port: number
  readonly token: string
  /** What to open in a browser: the token stands in the fragment, which no browser sends or logs. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves the window and the contract on loopback: calls as POST /api/NAME, events over a WebSocket at /events, both encoded
 * by preload/contract/codec.ts. Who may ask:
 * - only this machine: it listens on 127.0.0.1 (from elsewhere through a tunnel: ssh -L 4173:127.0.0.1:4173 host);
 * - only pages served from here: Host must name loopback (a rebound foreign name does not), Origin must be the same as Host;
 * - only who has the token, in a header a foreign page can't set. The window's own files hold no secret and need none.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { workbench } = options
  const token = options.token ?? randomBytes(32).toString('base64url')
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024,
    handleProtocols: (offered) => (offered.has(eventsProtocol) ? eventsProtocol : false),
  })

  const server = createServer((request, response) => {
    answer(request, response, options, token).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, error instanceof Error ? error.message : String(error))
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    const allowed =
      request.url === '/events' && loopback(request) && sameOrigin(request) && offered.some((name) => sameText(name, tokenProtocol(token)))
    if (!allowed) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  const stopForwarding = workbench.onAny((name, payload) => {
    if (sockets.clients.size === 0) return
    const message = encode([name, payload])
    for (const client of sockets.clients) {
      if (client.bufferedAmount > largestBacklog) client.terminate()
      else if (client.readyState === client.OPEN) client.send(message)
    }
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new UsageError(`Port ${options.port} is in use. Choose another one with --port, or leave it out to take a free one.`)
          : error,
      ),
    )
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    token,
    url: `http://127.0.0.1:${port}/#token=${token}`,
    async close() {
      stopForwarding()
      sockets.clients.forEach((client) => client.terminate())
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { workbench, windowFolder }: ServerOptions,
  token: string,
): Promise<void> {
  if (!loopback(request)) return refuse(response, 403, 'This workbench answers on loopback addresses only.')
  if (!sameOrigin(request)) return refuse(response, 403, 'This workbench answers only to its own pages.')
  if (!URL.canParse(request.url ?? '/', 'http://localhost')) return refuse(response, 400, 'This address can not be read.')
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (!pathname.startsWith('/api/')) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET is possible here.')
    const file = await windowFile(windowFolder, pathname, [`ws://${request.headers.host}`])
    response.writeHead(file.status, file.headers).end(request.method === 'HEAD' ? undefined : file.body)
    return
  }
  if (request.method !== 'POST') return refuse(response, 405, 'Calls are made with POST.')
  if (!sameText(request.headers.authorization ?? '', `Bearer ${token}`)) {
    return refuse(response, 401, 'The access token is missing or wrong. Open the address that the workbench printed when it started.')
  }
  if (request.headers['content-type'] !== messageType) return refuse(response, 415, `Calls are sent as ${messageType}.`)
  const name = pathname.slice('/api/'.length)
  if (!isCallName(name)) return refuse(response, 404, `There is no call "${name}".`)
  const body = await readBody(request)
  if (!body) return refuse(response, 413, `A call may be at most ${largestBody} bytes long.`)
  let input: unknown
  try {
    input = decode(body)
  } catch (error) {
    return refuse(response, 400, error instanceof Error ? error.message : String(error))
  }
  try {
    const output = encode(await workbench.call(name, input))
    response.writeHead(200, { 'content-type': messageType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(output)
  } catch (error) {
    refuse(response, statusOf(error), error instanceof Error ? error.message : String(error))
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    })
    .end(message)
}

/** The whole body, or undefined where it is too long; the rest of it is then read and dropped, so that the answer arrives. */
function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) {
    request.resume()
    return Promise.resolve(undefined)
  }
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= largestBody) parts.push(part)
      else resolve(undefined)
    })
    request.on('end', () => resolve(Buffer.concat(parts)))
    request.on('error', reject)
  })
}

/** Whether Host names this machine's loopback; any port, so that a tunnel may use another one. */
function loopback(request: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')
}

/** Whether the asking page came from here. Without Origin it was no page (or a plain visit), and still needs the token. */
function sameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  return origin === undefined || origin === `http://${host}`
}

/** Compares in constant time. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** 400: what was asked makes no sense; 500: a fault of ours; 422: anything else that can't be done (no such file, a damaged one, ...). */
function statusOf(error: unknown): number {
  if (error instanceof UsageError) return 400
  const ours = [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
  return ours || !(error instanceof Error) ? 500 : 422
}

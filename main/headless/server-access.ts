import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { tokenProtocol } from '../../preload/contract/browser-client.ts'
import { isHere } from '../../preload/contract/remote.ts'

/** Wrong tokens that an address may bring at once, and how long each takes to be forgotten. */
const mostFailures = 20
const forgetMs = 3000
/** Sessions and addresses that are remembered; the longest unused are forgotten first. */
const mostSessions = 256
const mostAddresses = 4096

/** in: may ask; out: no or wrong credentials; later: too many wrong ones came from its address. */
export type Verdict = 'in' | 'out' | 'later'

export interface AccessOptions {
  readonly token: string
  readonly tls: boolean
  /** Whether Host may name this, beside loopback; null where the server answers on loopback only. */
  readonly names: ((name: string) => boolean) | null
  readonly now?: () => number
}

/**
 * Who may ask. A program brings the token in the Authorization header; a page exchanges it once for a session, whose key is an
 * HttpOnly SameSite=Strict cookie: no script reads it, no other site's page makes the browser send it, and the token itself is
 * kept nowhere. A browser brings a host's cookies to each of its ports: where people who don't trust each other share a machine,
 * other servers on it can see them; what they then ask still has to name our Origin, which pages of theirs can't.
 */
export class Access {
  readonly #token: string
  readonly #tls: boolean
  readonly #names: AccessOptions['names']
  readonly #now: () => number
  /** SHA-256 of the sessions' keys. */
  readonly #sessions = new Set<string>()
  /** Address -> until when its failures count. */
  readonly #failures = new Map<string, number>()

  constructor({ token, tls, names, now = () => performance.now() }: AccessOptions) {
    this.#token = token
    this.#tls = tls
    this.#names = names
    this.#now = now
  }

  /** Whether Host names this server, on any port (a tunnel may use another one): a foreign name that was rebound to it does not. */
  knowsHost({ headers }: IncomingMessage): boolean {
    const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d+)?$/i.exec(headers.host ?? '')?.[1]?.toLowerCase()
    if (name === undefined) return false
    return isHere(name) || (this.#names?.(name.replace(/^\[|\]$/g, '')) ?? false)
  }

  /** Whether the asking page came from here. Without Origin it was no page (or a plain visit), and still needs its credentials. */
  ownOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
    return origin === undefined || origin === `${this.#tls ? 'https' : 'http'}://${host}`
  }

  /** A session's requests pass whatever else comes from their address; tokens don't while too many wrong ones came. */
  judge(request: IncomingMessage): Verdict {
    const key = this.#sessionKey(request)
    if (key !== undefined && this.#sessions.delete(digest(key).toString('hex'))) {
      this.#sessions.add(digest(key).toString('hex'))
      return 'in'
    }
    const token = bearer(request) ?? protocolToken(request)
    if (token === undefined && key === undefined) return 'out'
    const address = request.socket.remoteAddress ?? ''
    const until = Math.max(this.#failures.get(address) ?? 0, this.#now())
    if (until - this.#now() >= mostFailures * forgetMs) return 'later'
    if (token !== undefined && timingSafeEqual(digest(token), digest(this.#token))) return 'in'
    this.#failures.delete(address)
    this.#failures.set(address, until + forgetMs)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > mostAddresses && oldest !== undefined) this.#failures.delete(oldest)
    return 'out'
  }

  /** Begins a session. Returns its Set-Cookie. */
  begin(request: IncomingMessage): string {
    const key = randomBytes(32).toString('base64url')
    this.#sessions.add(digest(key).toString('hex'))
    const [oldest] = this.#sessions
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest)
    return `${cookieName(request)}=${key}; Path=/; HttpOnly; SameSite=Strict${this.#tls ? '; Secure' : ''}`
  }

  #sessionKey(request: IncomingMessage): string | undefined {
    const start = `${cookieName(request)}=`
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
    return cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length)
  }
}

/**
 * The names under which a server beyond loopback is known: any address in figures (a rebound name is none), the machine's own
 * name, what it was told to listen on, and with TLS what its certificate says.
 */
export function serverNames(host: string, certified: (name: string) => boolean): (name: string) => boolean {
  const own = [host.toLowerCase(), hostname().toLowerCase()]
  return (name) => isIP(name) !== 0 || own.includes(name) || certified(name)
}

const cookieName = (request: IncomingMessage): string => `saccade-${request.socket.localPort}`

/** Digests have one length, so that the time of comparing them tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function bearer({ headers }: IncomingMessage): string | undefined {
  return headers.authorization === undefined ? undefined : (/^Bearer (.*)$/.exec(headers.authorization)?.[1] ?? '')
}

/** WebSockets of programs: see tokenProtocol. */
function protocolToken({ headers }: IncomingMessage): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  return offered.find((name) => name.startsWith(tokenProtocol('')))?.slice(tokenProtocol('').length)
}

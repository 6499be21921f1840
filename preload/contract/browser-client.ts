/**
 * The window's side of the contract in a plain browser, against the headless server (main/headless/server.ts).
 * It uses only what browsers and Node share (fetch, WebSocket), so that tests run it in Node; the desktop gives it another transport.
 */
import { decode, encode, messageType } from './codec.ts'
import type { CallInput, CallName, CallOutput, EventName, EventPayload, WorkbenchApi } from './index.ts'

/** A program's token travels as a WebSocket subprotocol: the standard's WebSocket sets no header, and an address would end up in logs. */
export const eventsProtocol = 'saccade.events'
export const tokenProtocol = (token: string): string => `saccade.token.${token}`

/**
 * Where the line to the workbench stands. no-token: the server lets this page in no more, or never did; other-version: it is another Saccade;
 * untrusted: it shows another certificate.
 */
export type ConnectionState = 'starting' | 'connected' | 'lost' | RefusedState
export type RefusedState = 'no-token' | 'other-version' | 'untrusted'

/** An event of a server, by its number since the server's start. */
export interface EventPosition {
  readonly server: string
  readonly last: number
}
/** What /session answers: where events stand, and which Saccade answers. */
export interface Entrance extends EventPosition {
  readonly version: string
}
/**
 * What crosses /events: first where the line goes on, and whether all since the last event heard follows; then events in order. A
 * position also comes in between, to a window that heard so slowly that what it lacks is no longer kept.
 */
export type EventsMessage =
  | { readonly position: EventPosition; readonly whole: boolean }
  | {
      readonly from: number
      readonly events: readonly (readonly [name: string, payload: unknown])[]
    }

export interface BrowserClient extends WorkbenchApi {
  /** Hears where the connection stands, and why where it is refused; called at once with the present state. Returns the function that ends it. */
  onConnection(listener: (state: ConnectionState, problem: string | null) => void): () => void
  /** Hears when a lost line is tried next, in ms since 1970; null while it is being tried, and where it is not lost. Called at once. */
  onRetry(listener: (at: number | null) => void): () => void
  /** Tries a lost line now, whenever its next try was to come. */
  retry(): void
  /** Hears when events were missed for good: all was read again, and what only events tell is lost. Returns the function that ends it. */
  onGap(listener: () => void): () => void
  /** Ends the connection for good. */
  close(): void
}

/** What of a page `takeToken` needs. */
interface Page {
  readonly location: {
    readonly hash: string
    readonly pathname: string
    readonly search: string
  }
  readonly history: {
    replaceState(data: unknown, unused: string, url: string): void
  }
}

/**
 * The access token in this page's address, taken out of it: it stands in the fragment (#token=...), which browsers neither send nor
 * log. Null where there is none.
 */
export function takeToken(page: Page): string | null {
  const token = new URLSearchParams(page.location.hash.slice(1)).get('token')
  if (!token) return null
  page.history.replaceState(null, '', page.location.pathname + page.location.search)
  return token
}

type Listener = (payload: never) => void

/** The server is not to be asked: it lets nobody in with these credentials, speaks another version's contract, or may be another one. */
export class Refused extends Error {
  readonly state: RefusedState

  constructor(state: RefusedState, message: string) {
    super(message)
    this.state = state
  }
}

/** How messages cross. Pages have fetch and WebSocket; the desktop has connections that trust one certificate. */
export interface Transport {
  /** Rejects where nobody answers. */
  post(
    url: string,
    headers: Record<string, string>,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly status: number; readonly body: Uint8Array }>
  /** Opens a WebSocket. `closed` comes once, also where it could not be opened. */
  listen(url: string, protocols: readonly string[], message: (bytes: Uint8Array) => void, closed: () => void): { close(): void }
}

const pageTransport: Transport = {
  async post(url, headers, body) {
    const response = await fetch(url, { method: 'POST', body, headers })
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
  },
  listen(url, protocols, message, closed) {
    const socket = new WebSocket(url, [...protocols])
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => message(new Uint8Array(data as ArrayBuffer)))
    socket.addEventListener('close', closed)
    return socket
  },
}

const pageOrigin = (): string => (globalThis as { location?: { origin: string } }).location?.origin ?? ''
const gone = 'The workbench does not answer. Is it still running? Start it again with "npm start" or "npm run saccade -- serve".'
/** The server is heard at least every 15 s; after so long without, the line is dead though nobody said so. */
const silenceMs = 40_000

export interface ClientOptions {
  /** e.g. "http://127.0.0.1:4173"; default: the page's own. */
  readonly origin?: string
  /** Exchanges the token for a session's cookie and forgets it; a null token goes on with the session there is. For pages. */
  readonly session?: boolean
  readonly transport?: Transport
  /** Hears all events after this one; default: after the first entrance. */
  readonly from?: EventPosition
  /** Refuses a server of another version. */
  readonly version?: string
}

/** Why a server of another version is not asked. @param theirs undefined: of servers that did not tell yet */
export function versionProblem(origin: string, theirs: string | undefined, ours: string): string | null {
  if (theirs === ours) return null
  const which = theirs === undefined ? 'an older Saccade' : `Saccade ${theirs}`
  return `${origin} runs ${which}, this is Saccade ${ours}: both must be of the same version. Update one of them.`
}

/** @param token as printed by the server */
export function createBrowserClient(
  token: string | null,
  { origin = pageOrigin(), session = false, transport = pageTransport, version, from }: ClientOptions = {},
): BrowserClient {
  const listeners = new Map<EventName, Set<Listener>>()
  const connectionListeners = new Set<(state: ConnectionState, problem: string | null) => void>()
  let credentials: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  let position = from
  let socket: { close(): void } | undefined
  const gapListeners = new Set<() => void>()
  const retryListeners = new Set<(at: number | null) => void>()
  let retry: ReturnType<typeof setTimeout> | undefined
  let retryAt: number | null = null
  let silence: ReturnType<typeof setTimeout> | undefined
  let state: ConnectionState = 'starting'
  let problem: string | null = null
  let attempts = 0
  let closed = false
  // Calls of a page wait for its session.
  const admitted = Promise.withResolvers<void>()
  admitted.promise.catch(() => undefined)
  if (!session) admitted.resolve()

  const emit = <K extends EventName>(name: K, payload: EventPayload<K>): void =>
    listeners.get(name)?.forEach((listener) => (listener as (payload: EventPayload<K>) => void)(payload))

  const setState = (value: ConnectionState, why: string | null = null): void => {
    if (state === value) return
    state = value
    problem = why
    connectionListeners.forEach((listener) => listener(value, why))
  }

  const setRetry = (at: number | null): void => {
    if (retryAt === at) return
    retryAt = at
    retryListeners.forEach((listener) => listener(at))
  }

  async function post(path: string, body: Uint8Array<ArrayBuffer>): Promise<unknown> {
    const headers = { ...credentials, 'content-type': messageType }
    const answer = await transport.post(origin + path, headers, body).catch((error: unknown) => {
      throw error instanceof Refused ? error : new Error(gone)
    })
    if (answer.status === 200) return decode(answer.body)
    const said = new TextDecoder().decode(answer.body)
    if (answer.status === 401) throw new Refused('no-token', said)
    throw new Error(said || `The workbench answered ${answer.status}.`)
  }

  async function call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    await admitted.promise
    return (await post(`/api/${name}`, encode(input))) as CallOutput<K>
  }

  /** What can't be told event by event any more: every job, every run and every list may have changed. */
  async function catchUp(): Promise<void> {
    const [{ jobs }, { runs }, { settings }] = await Promise.all([call('jobs.list', {}), call('runs.list', {}), call('settings.get', {})])
    jobs.forEach((job) => emit('job.changed', job))
    runs.forEach(({ id }) => emit('run.changed', { run: id }))
    emit('settings.changed', settings)
    for (const what of ['recordings', 'datasets', 'runs', 'models', 'experiments', 'watches'] as const) emit('library.changed', { what })
  }

  /** Asks to be let in, and from which event on this window has heard nothing. */
  async function enter(): Promise<void> {
    const { version: theirs, ...present } = (await post('/session', encode({ cookie: session }))) as Entrance
    const other = version === undefined ? null : versionProblem(origin, theirs, version)
    if (other !== null) throw new Refused('other-version', other)
    if (session) credentials = {}
    position ??= present
    admitted.resolve()
  }

  function hear(message: EventsMessage): void {
    if ('position' in message) {
      position = message.position
      attempts = 0
      setState('connected')
      if (!message.whole) {
        gapListeners.forEach((listener) => listener())
        catchUp().catch(() => socket?.close())
      }
      return
    }
    message.events.forEach(([name, payload], index) => {
      const number = message.from + index
      if (!position || number <= position.last) return
      position = { ...position, last: number }
      emit(name as EventName, payload as EventPayload<EventName>)
    })
  }

  function listen(): void {
    const query = position ? `?server=${position.server}&last=${position.last}` : ''
    const protocols = session || token === null ? [eventsProtocol] : [eventsProtocol, tokenProtocol(token)]
    const watch = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => {
        opened.close()
        ended()
      }, silenceMs)
    }
    const ended = (): void => {
      if (socket !== opened) return
      socket = undefined
      clearTimeout(silence)
      again()
    }
    const heard = (bytes: Uint8Array): void => {
      if (socket !== opened) return
      watch()
      hear(decode(bytes) as EventsMessage)
    }
    const opened = transport.listen(`${origin.replace(/^http/, 'ws')}/events${query}`, protocols, heard, ended)
    socket = opened
    watch()
  }

  function again(): void {
    if (closed) return
    if (state !== 'starting') setState('lost')
    const wait = Math.min(250 * 2 ** attempts++, 5000)
    retry = setTimeout(connect, wait)
    setRetry(Date.now() + wait)
  }

  function connect(): void {
    setRetry(null)
    enter().then(
      () => closed || listen(),
      (error: unknown) => {
        if (!(error instanceof Refused)) return again()
        admitted.reject(error)
        setState(error.state, error.message)
      },
    )
  }
  connect()

  return {
    call,
    on(name, listener) {
      const heard = listeners.get(name) ?? new Set<Listener>()
      listeners.set(name, heard.add(listener))
      return () => void heard.delete(listener)
    },
    onConnection(listener) {
      connectionListeners.add(listener)
      listener(state, problem)
      return () => void connectionListeners.delete(listener)
    },
    onRetry(listener) {
      retryListeners.add(listener)
      listener(retryAt)
      return () => void retryListeners.delete(listener)
    },
    retry() {
      if (closed || retryAt === null) return
      clearTimeout(retry)
      connect()
    },
    onGap(listener) {
      gapListeners.add(listener)
      return () => void gapListeners.delete(listener)
    },
    close() {
      closed = true
      clearTimeout(retry)
      clearTimeout(silence)
      socket?.close()
    },
  }
}

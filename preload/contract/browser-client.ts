/**
 * The window's side of the contract in a plain browser, against the headless server (main/headless/server.ts).
 * It uses only what browsers and Node share (fetch, WebSocket), so that tests run it in Node.
 */
import { decode, encode, messageType } from './codec.ts'
import type { CallInput, CallName, CallOutput, EventName, EventPayload, WorkbenchApi } from './index.ts'

/** A program's token travels as a WebSocket subprotocol: the standard's WebSocket sets no header, and an address would end up in logs. */
export const eventsProtocol = 'saccade.events'
export const tokenProtocol = (token: string): string => `saccade.token.${token}`

/** Where the line to the workbench stands. no-token: the server lets this page in no more, or never did. */
export type ConnectionState = 'starting' | 'connected' | 'lost' | 'no-token'

/** An event of a server, by its number since the server's start. */
export interface EventPosition {
  readonly server: string
  readonly last: number
}
/** What crosses /events: first where the line goes on, and whether all since the last event heard follows; then events in order. */
export type EventsMessage =
  | { readonly position: EventPosition; readonly whole: boolean }
  | {
      readonly from: number
      readonly events: readonly (readonly [name: string, payload: unknown])[]
    }

export interface BrowserClient extends WorkbenchApi {
  /** Hears where the connection stands; called at once with the present state. Returns the function that ends it. */
  onConnection(listener: (state: ConnectionState) => void): () => void
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

/** The server lets nobody in with these credentials. */
class NoAccess extends Error {}

const pageOrigin = (): string => (globalThis as { location?: { origin: string } }).location?.origin ?? ''
const gone = 'The workbench does not answer. Is it still running? Start it again with "npm start" or "npm run saccade -- serve".'
/** The server is heard at least every 15 s; after so long without, the line is dead though nobody said so. */
const silenceMs = 40_000

export interface ClientOptions {
  /** e.g. "http://127.0.0.1:4173"; default: the page's own. */
  readonly origin?: string
  /** Exchanges the token for a session's cookie and forgets it; a null token goes on with the session there is. For pages. */
  readonly session?: boolean
}

/** @param token as printed by the server */
export function createBrowserClient(token: string | null, { origin = pageOrigin(), session = false }: ClientOptions = {}): BrowserClient {
  const listeners = new Map<EventName, Set<Listener>>()
  const connectionListeners = new Set<(state: ConnectionState) => void>()
  let credentials: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  let position: EventPosition | undefined
  let socket: WebSocket | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let state: ConnectionState = 'starting'
  let attempts = 0
  let closed = false
  // Calls of a page wait for its session.
  const admitted = Promise.withResolvers<void>()
  admitted.promise.catch(() => undefined)
  if (!session) admitted.resolve()

  const emit = <K extends EventName>(name: K, payload: EventPayload<K>): void =>
    listeners.get(name)?.forEach((listener) => (listener as (payload: EventPayload<K>) => void)(payload))

  const setState = (value: ConnectionState): void => {
    if (state === value) return
    state = value
    connectionListeners.forEach((listener) => listener(value))
  }

  async function post(path: string, body: Uint8Array<ArrayBuffer>): Promise<unknown> {
    const headers = { ...credentials, 'content-type': messageType }
    const response = await fetch(origin + path, {
      method: 'POST',
      body,
      headers,
    }).catch(() => {
      throw new Error(gone)
    })
    if (response.status === 401) throw new NoAccess(await response.text())
    if (!response.ok) throw new Error((await response.text()) || `The workbench answered ${response.status}.`)
    return decode(new Uint8Array(await response.arrayBuffer()))
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
    const present = (await post('/session', encode({ cookie: session }))) as EventPosition
    if (session) credentials = {}
    position ??= present
    admitted.resolve()
  }

  function hear(message: EventsMessage): void {
    if ('position' in message) {
      position = message.position
      attempts = 0
      setState('connected')
      if (!message.whole) catchUp().catch(() => socket?.close())
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
    const from = position ? `?server=${position.server}&last=${position.last}` : ''
    const protocols = session || token === null ? [eventsProtocol] : [eventsProtocol, tokenProtocol(token)]
    const opened = new WebSocket(`${origin.replace(/^http/, 'ws')}/events${from}`, protocols)
    socket = opened
    opened.binaryType = 'arraybuffer'
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
    opened.addEventListener('message', (message) => {
      if (socket !== opened) return
      watch()
      hear(decode(new Uint8Array(message.data as ArrayBuffer)) as EventsMessage)
    })
    opened.addEventListener('close', ended)
    watch()
  }

  function again(): void {
    if (closed) return
    if (state !== 'starting') setState('lost')
    retry = setTimeout(connect, Math.min(250 * 2 ** attempts++, 5000))
  }

  function connect(): void {
    enter().then(
      () => closed || listen(),
      (error: unknown) => {
        if (!(error instanceof NoAccess)) return again()
        admitted.reject(error)
        setState('no-token')
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
      listener(state)
      return () => void connectionListeners.delete(listener)
    },
    close() {
      closed = true
      clearTimeout(retry)
      clearTimeout(silence)
      socket?.close()
    },
  }
}

/**
 * The window's side of the contract in a plain browser, against the headless server (main/headless/server.ts).
 * It uses only what browsers and Node share (fetch, WebSocket), so that tests run it in Node.
 */
import { decode, encode, messageType } from './codec.ts'
import type { CallInput, CallName, CallOutput, EventName, EventPayload, WorkbenchApi } from './index.ts'

/** The token travels as a WebSocket subprotocol: browsers can set no header there, and an address would end up in logs. */
export const eventsProtocol = 'saccade.events'
export const tokenProtocol = (token: string): string => `saccade.token.${token}`

export interface BrowserClient extends WorkbenchApi {
  /** Hears whether the connection for events stands; called at once with the present state. Returns the function that ends it. */
  onConnection(listener: (connected: boolean) => void): () => void
  /** Ends the connection for good. */
  close(): void
}

/** What of a page `takeToken` needs. */
interface Page {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string }
  readonly history: { replaceState(data: unknown, unused: string, url: string): void }
  readonly sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }
}

/**
 * The access token of this page: from the address's fragment (#token=...), which browsers neither send nor log, then kept in
 * the tab's session storage (so a reload works) and taken out of the address. Null where the page was opened without one.
 * A cookie would do less: it goes along with every request to any port of the machine, wanted or not.
 */
export function takeToken(page: Page): string | null {
  const token = new URLSearchParams(page.location.hash.slice(1)).get('token')
  if (!token) return page.sessionStorage.getItem('saccade.token')
  page.sessionStorage.setItem('saccade.token', token)
  page.history.replaceState(null, '', page.location.pathname + page.location.search)
  return token
}

type Listener = (payload: never) => void

const pageOrigin = (): string => (globalThis as { location?: { origin: string } }).location?.origin ?? ''

/**
 * @param token as printed by the server
 * @param origin e.g. "http://127.0.0.1:4173"; default: the page's own
 */
export function createBrowserClient(token: string, origin: string = pageOrigin()): BrowserClient {
  const listeners = new Map<EventName, Set<Listener>>()
  const connectionListeners = new Set<(connected: boolean) => void>()
  let socket: WebSocket | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let connected = false
  let connectedBefore = false
  let attempts = 0
  let closed = false

  const emit = <K extends EventName>(name: K, payload: EventPayload<K>): void =>
    listeners.get(name)?.forEach((listener) => (listener as (payload: EventPayload<K>) => void)(payload))

  const setConnected = (value: boolean): void => {
    if (connected === value) return
    connected = value
    connectionListeners.forEach((listener) => listener(value))
  }

  async function call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    let response: Response
    try {
      response = await fetch(`${origin}/api/${name}`, {
        method: 'POST',
        body: encode(input),
        headers: { authorization: `Bearer ${token}`, 'content-type': messageType },
      })
    } catch {
      throw new Error('The workbench does not answer. Is it still running? Start it again with "npm start" or "npm run saccade -- serve".')
    }
    if (!response.ok) throw new Error((await response.text()) || `The workbench answered ${response.status}.`)
    return decode(new Uint8Array(await response.arrayBuffer())) as CallOutput<K>
  }

  /** What was missed while the connection was down is told again: every job, and that every list may have changed. */
  async function catchUp(): Promise<void> {
    const { jobs } = await call('jobs.list', {})
    jobs.forEach((job) => emit('job.changed', job))
    for (const what of ['recordings', 'datasets', 'runs', 'models', 'experiments'] as const) emit('library.changed', { what })
  }

  function connect(): void {
    const opened = new WebSocket(`${origin.replace(/^http/, 'ws')}/events`, [eventsProtocol, tokenProtocol(token)])
    socket = opened
    opened.binaryType = 'arraybuffer'
    opened.addEventListener('open', () => {
      attempts = 0
      setConnected(true)
      if (connectedBefore) catchUp().catch(() => opened.close())
      connectedBefore = true
    })
    opened.addEventListener('message', (message) => {
      const [name, payload] = decode(new Uint8Array(message.data as ArrayBuffer)) as [EventName, EventPayload<EventName>]
      emit(name, payload)
    })
    opened.addEventListener('close', () => {
      if (socket !== opened) return
      setConnected(false)
      if (!closed) retry = setTimeout(connect, Math.min(250 * 2 ** attempts++, 5000))
    })
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
      listener(connected)
      return () => void connectionListeners.delete(listener)
    },
    close() {
      closed = true
      clearTimeout(retry)
      socket?.close()
    },
  }
}

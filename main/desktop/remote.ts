import { createBrowserClient, Refused, versionProblem, type BrowserClient, type Entrance } from '../../preload/contract/browser-client.ts'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import { desktopEvents, events, type EventName, type EventPayload, type RemoteState } from '../../preload/contract/index.ts'
import { readOrigin, readRemoteAddress } from '../../preload/contract/remote.ts'
import { VERSION } from '../version.ts'
import { UsageError, type Emit, type Workbench } from '../workbench/api.ts'
import { Throttle } from '../workbench/throttle.ts'
import { openLine, shownCertificate, type Line } from './remote-line.ts'
import type { RemoteMemory } from './remote-memory.ts'
import { sendFiles, type Sending } from './remote-upload.ts'

/** A question to the user, as Electron's message box takes it. */
export interface RemoteQuestion {
  readonly type: 'question' | 'warning'
  readonly buttons: string[]
  readonly defaultId: number
  readonly cancelId: number
  readonly message: string
  readonly detail: string
}

/** What remote workbenches need of the application. */
export interface RemoteHost {
  readonly memory: RemoteMemory
  /** Asks the user; gives the number of the button. */
  ask(question: RemoteQuestion): Promise<number>
  /** Tells all windows. */
  readonly tell: Emit
  /** The windows look at another machine now: they begin anew, on this place ("#/..."; '' where they begin). */
  switched(place: string): void
  /** Default: this Saccade's. */
  readonly version?: string
}

/** A workbench as windows and the menu ask it. */
export type Asked = Pick<Workbench, 'call' | 'on'>

interface Current {
  readonly token: string
  readonly client: BrowserClient
  readonly line: Line
  readonly state: { -readonly [K in keyof NonNullable<RemoteState['current']>]: NonNullable<RemoteState['current']>[K] }
}

type Target = { readonly origin: string; readonly host: string; readonly plain: boolean; readonly token: string }

/** What servers tell windows; what the desktop alone tells them is not taken from anybody else. */
const serverEvents = (Object.keys(events) as EventName[]).filter((name) => !Object.hasOwn(desktopEvents, name))

/**
 * Which workbench the windows look at: this computer's own, or one that `saccade serve` opens on another machine. Tokens and connections
 * live here, in the main process: the page only says an address and goes on talking to its bridge, its policy stays as it is.
 */
export class Remotes {
  readonly #local: Asked
  readonly #host: RemoteHost
  #current: Current | null = null
  #busy = false
  readonly #given = new Set<string>()
  readonly #sending = new Map<string, AbortController>()

  constructor(local: Asked, host: RemoteHost) {
    this.#local = local
    this.#host = host
  }

  /** The workbench that the windows look at. */
  get asked(): Asked {
    return this.#current?.client ?? this.#local
  }

  get state(): RemoteState {
    const known = this.#host.memory.known.map(({ origin, token, certificate }) => ({ origin, token: token !== null, certificate }))
    return { current: this.#current && { ...this.#current.state }, known }
  }

  /**
   * Looks at the workbench behind an address. False where the user does not trust it.
   * @throws UsageError where the address says none, nobody answers, or the token or the version is wrong; what was looked at stays
   */
  async connect(address: string): Promise<boolean> {
    if (this.#busy) throw new UsageError('A connection is being made already.')
    this.#busy = true
    try {
      const target = this.#target(address)
      const certificate = await this.#trusted(target)
      if (certificate === undefined) return false
      const line = openLine(target.origin, certificate)
      try {
        const entrance = await this.#admitted(line, target)
        this.#host.memory.remember(target.origin, target.token, certificate)
        this.#look(line, target, entrance)
        return true
      } catch (error) {
        line.close()
        throw error
      }
    } finally {
      this.#busy = false
    }
  }

  /** Tries a lost line now. */
  retry(): void {
    this.#current?.client.retry()
  }

  /** Back to this computer's workbench. @param place what to show of it */
  leave(place = ''): void {
    if (!this.#current) return
    this.close()
    this.#changed()
    this.#host.switched(place)
  }

  /** @throws UsageError while it is looked at */
  forget(origin: string): void {
    if (this.#current?.state.origin === origin) throw new UsageError('Go back to this computer first.')
    this.#host.memory.forget(origin)
    this.#changed()
  }

  /** A file or folder that the user dropped or chose in a window: the preload script tells, no page can. Only these are ever sent. */
  give(path: string): void {
    this.#given.add(path)
  }

  /** Sends what was given to the workbench that is looked at. Returns where it lies there, null where it was cancelled. */
  async send(what: Sending): Promise<string | null> {
    const current = this.#current
    if (!current) throw new UsageError('The windows look at this computer: there is nothing to send.')
    const foreign = what.files.find(({ from }) => !this.#given.has(from))
    if (foreign) throw new UsageError(`${foreign.from} was neither dropped nor chosen in a window.`)
    const ending = new AbortController()
    this.#sending.set(what.id, ending)
    const tell = new Throttle(100, (told: { sent: number; bytes: number; files: number }) =>
      this.#host.tell('remote.sending', { id: what.id, ...told }),
    )
    try {
      return await sendFiles(current.line, current.token, what, { signal: ending.signal, progress: (told) => tell.call(told) })
    } catch (error) {
      if (ending.signal.aborted) return null
      throw error
    } finally {
      tell.flush()
      this.#sending.delete(what.id)
    }
  }

  cancelSending(id: string): void {
    this.#sending.get(id)?.abort()
  }

  close(): void {
    this.#sending.forEach((sending) => sending.abort())
    this.#current?.client.close()
    this.#current?.line.close()
    this.#current = null
  }

  #target(address: string): Target {
    const read = readRemoteAddress(address)
    if ('token' in read) return read
    const named = readOrigin(address)
    const token = named && this.#host.memory.token(named.origin)
    if (!named || !token) throw new UsageError(read.problem)
    return { ...named, token }
  }

  /** The certificate to take alone, null for what the authorities vouch for; undefined where the user does not trust it. */
  async #trusted({ origin, host }: Target): Promise<string | null | undefined> {
    if (!origin.startsWith('https:')) return null
    const shown = await shownCertificate(origin).catch((error: unknown) => {
      throw new UsageError(unreachable(origin, error))
    })
    if (shown.vouched) return null
    const known = this.#host.memory.find(origin)?.certificate ?? null
    if (known === shown.pem) return known
    return (await this.#host.ask(trustQuestion(host, shown.fingerprint, known !== null))) === 0 ? shown.pem : undefined
  }

  /** Before anything changes: whether it answers, lets us in and is the same Saccade. */
  async #admitted(line: Line, { origin, token }: Target): Promise<Entrance> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': messageType }
    const { status, body } = await line.post(`${origin}/session`, headers, encode({})).catch((error: unknown) => {
      throw error instanceof Refused ? error : new UsageError(unreachable(origin, error))
    })
    if (status === 401)
      throw new UsageError(
        `${origin} does not take this access token. A server that was started again has a new one: give the address that it prints now.`,
      )
    if (status !== 200)
      throw new UsageError(new TextDecoder().decode(body).slice(0, 500) || `${origin} answered ${status}: it is no Saccade.`)
    const entrance = entranceOf(body, origin)
    const problem = versionProblem(origin, entrance.version, this.#version)
    if (problem !== null) throw new UsageError(problem)
    return entrance
  }

  get #version(): string {
    return this.#host.version ?? VERSION
  }

  #look(line: Line, { origin, host, plain, token }: Target, { server, last }: Entrance): void {
    this.close()
    const client = createBrowserClient(token, { origin, transport: line, version: this.#version, from: { server, last } })
    const current: Current = { client, line, token, state: { host, origin, plain, line: 'connected', retryAt: null, problem: null } }
    this.#current = current
    client.onConnection((state, problem) => {
      const now = state === 'starting' || state === 'connected' ? 'connected' : state === 'lost' ? 'lost' : 'refused'
      if (now === current.state.line) return
      Object.assign(current.state, { line: now, problem })
      this.#changed()
    })
    client.onRetry((at) => {
      if (at === current.state.retryAt) return
      current.state.retryAt = at
      this.#changed()
    })
    client.onGap(() => this.#host.tell('remote.gap', { host }))
    for (const name of serverEvents) client.on(name, (payload: EventPayload<typeof name>) => this.#host.tell(name, payload))
    this.#changed()
    this.#host.switched('')
  }

  #changed(): void {
    this.#host.tell('remote.changed', this.state)
  }
}

function entranceOf(body: Uint8Array, origin: string): Entrance {
  try {
    return (decode(body) ?? {}) as Entrance
  } catch {
    throw new UsageError(`${origin} answers, but it is no Saccade.`)
  }
}

function unreachable(origin: string, error: unknown): string {
  return `${origin} can't be reached (${error instanceof Error ? error.message : String(error)}). Is "saccade serve" running there, and the tunnel or the way open?`
}

function trustQuestion(host: string, fingerprint: string, changed: boolean): RemoteQuestion {
  const compare = `It shows the certificate with the SHA-256 fingerprint\n\n${fingerprint}\n\nCompare it with the one that "saccade serve" printed there. If they differ, somebody stands in between: the access token has not been sent yet.`
  return {
    type: changed ? 'warning' : 'question',
    buttons: ['They are the same: connect', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    message: changed ? `${host} shows another certificate than before` : `No authority vouches for ${host}`,
    detail: changed ? `This happens where the certificate was renewed, and where somebody poses as ${host}. ${compare}` : compare,
  }
}

/** A file of this computer is to be opened while the windows look at another machine. */
export function elsewhereQuestion(path: string, host: string): RemoteQuestion {
  return {
    type: 'question',
    buttons: ['Back to this computer', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
    message: `${path} lies on this computer, and the windows look at ${host}`,
    detail: `Work on ${host} goes on. To open the file there, drop it on the window: it is sent then.`,
  }
}

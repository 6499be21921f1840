import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import { encode } from '../../preload/contract/codec.ts'
import type { EventPosition, EventsMessage } from '../../preload/contract/browser-client.ts'
import type { Workbench } from '../workbench/api.ts'

/** A window that hears events slower than they come is cut off at this backlog, and comes again for what it missed. */
const largestBacklog = 16 << 20
/** Events that are kept for windows that were away: so many bytes, for so long after the last one left. */
const mostKeptBytes = 16 << 20
const lingerMs = 10 * 60_000
/** Events of this time cross as one message: twenty windows cost a training little. */
const gatherMs = 25
/** Windows hear something at least so often, and else know that the line is dead. */
const beatMs = 15_000

interface Batch {
  /** Number of its last event. */
  readonly last: number
  readonly message: Uint8Array
}

/**
 * Events on their way to the windows: numbered, encoded once for all, and the latest ones kept, so that a window whose line broke
 * goes on after the last event it heard; where too much came meanwhile it is told to read again.
 */
export class EventStream {
  /** Tells one start of a server from another: numbers are its own. */
  readonly #server = randomUUID()
  readonly #clients = new Set<WebSocket>()
  readonly #kept: Batch[] = []
  #keptBytes = 0
  /** Number of the last event that is no longer kept. */
  #forgotten = 0
  #last = 0
  #waiting: [name: string, payload: unknown][] = []
  #flushed = -Infinity
  #timer: NodeJS.Timeout | undefined
  #keeping = false
  #lingering: NodeJS.Timeout | undefined
  readonly #beat: NodeJS.Timeout
  readonly #stop: () => void
  readonly #keepBytes: number

  constructor(workbench: Workbench, keepBytes = mostKeptBytes) {
    this.#keepBytes = keepBytes
    this.#stop = workbench.onAny((name, payload) => this.#hear(name, payload))
    this.#beat = setInterval(() => this.#send({ from: this.#last + 1, events: [] }), beatMs).unref()
  }

  /** The present, to go on from. Events are kept from here on. */
  get position(): EventPosition {
    this.#flush()
    this.#keep()
    return { server: this.#server, last: this.#last }
  }

  /** @param after what the window heard last; null where it is new */
  join(client: WebSocket, after: EventPosition | null): void {
    const { server, last } = this.position
    const whole = after?.server === server && after.last >= this.#forgotten && after.last <= last
    send(
      client,
      encode({
        position: { server, last: whole ? after.last : last },
        whole,
      } satisfies EventsMessage),
    )
    if (whole) for (const batch of this.#kept) if (batch.last > after.last) send(client, batch.message)
    this.#clients.add(client)
    client.once('close', () => {
      this.#clients.delete(client)
      this.#keep()
    })
    client.on('error', () => client.terminate())
  }

  close(): void {
    this.#stop()
    clearInterval(this.#beat)
    clearTimeout(this.#timer)
    clearTimeout(this.#lingering)
    this.#clients.forEach((client) => client.terminate())
  }

  #hear(name: string, payload: unknown): void {
    if (!this.#keeping) {
      this.#forgotten = ++this.#last
      return
    }
    this.#last++
    this.#waiting.push([name, payload])
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#flushed + gatherMs - performance.now()))
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0) return
    this.#flushed = performance.now()
    const events = this.#waiting
    this.#waiting = []
    const message = this.#send({
      from: this.#last - events.length + 1,
      events,
    })
    this.#kept.push({ last: this.#last, message })
    this.#keptBytes += message.length
    while (this.#keptBytes > this.#keepBytes) this.#forget()
  }

  #send(message: EventsMessage): Uint8Array {
    const bytes = encode(message)
    this.#clients.forEach((client) => send(client, bytes))
    return bytes
  }

  #forget(): void {
    const oldest = this.#kept.shift()
    this.#keptBytes -= oldest?.message.length ?? 0
    this.#forgotten = oldest?.last ?? this.#last
  }

  /** Keeps events while somebody hears them, and a while longer. */
  #keep(): void {
    this.#keeping = true
    clearTimeout(this.#lingering)
    if (this.#clients.size > 0) return
    this.#lingering = setTimeout(() => {
      if (this.#clients.size > 0) return
      this.#flush()
      this.#keeping = false
      this.#kept.length = 0
      this.#keptBytes = 0
      this.#forgotten = this.#last
    }, lingerMs).unref()
  }
}

function send(client: WebSocket, message: Uint8Array): void {
  if (client.bufferedAmount > largestBacklog) client.terminate()
  else if (client.readyState === client.OPEN) client.send(message)
}

import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import { encode } from '../../preload/contract/codec.ts'
import type { EventPosition, EventsMessage } from '../../preload/contract/browser-client.ts'
import type { Workbench } from '../workbench/api.ts'

/** What may wait in a window's line. One that hears more slowly gets the rest when its line is free: the kept events are the queue of all. */
const largestBacklog = 1 << 20
/** A line on which nothing has left for so long is dead, or its window sleeps: it comes again for what it missed. */
const stuckMs = 60_000
/** Events that are kept for windows that are away or slow: so many bytes, for so long after the last one left. */
const mostKeptBytes = 16 << 20
const lingerMs = 10 * 60_000
/** Events of this time cross as one message, encoded once: twenty windows cost a training little, and draw ten times a second. */
const gatherMs = 100
/** Windows hear something at least so often, and else know that the line is dead. */
const beatMs = 15_000

interface Batch {
  /** Number of its last event. */
  readonly last: number
  readonly message: Uint8Array
}

interface Listener {
  readonly socket: WebSocket
  /** Number of the last event that was sent to it. */
  at: number
  /** Since when its line has been full, ms; null: it is not. */
  full: number | null
}

/** What passing events on has cost so far. */
export interface EventCounts {
  readonly events: number
  /** Messages that were encoded, whoever heard them. */
  readonly encoded: number
  /** Messages and bytes that were sent, to all windows together. */
  readonly sent: number
  readonly bytes: number
  /** How often a window was told to read everything again. */
  readonly gaps: number
}

/**
 * Events on their way to the windows: numbered, encoded once for all, and the latest ones kept. A window has no queue of its own but a
 * place among them: one whose line broke or is slow goes on after the last event it got; where that is no longer kept it is told to read
 * everything again, and hears the latest.
 */
export class EventStream {
  /** Tells one start of a server from another: numbers are its own. */
  readonly #server = randomUUID()
  readonly #listeners = new Set<Listener>()
  readonly #kept: Batch[] = []
  #keptBytes = 0
  /** Number of the last event that is no longer kept. */
  #forgotten = 0
  #last = 0
  /** Number of the last event that is in a message. */
  #told = 0
  #waiting: [name: string, payload: unknown][] = []
  #flushed = -Infinity
  #timer: NodeJS.Timeout | undefined
  #keeping = false
  #lingering: NodeJS.Timeout | undefined
  readonly #beat: NodeJS.Timeout
  readonly #stop: () => void
  readonly #keepBytes: number
  readonly #counts: { -readonly [K in keyof EventCounts]: number } = { events: 0, encoded: 0, sent: 0, bytes: 0, gaps: 0 }

  constructor(workbench: Workbench, keepBytes = mostKeptBytes) {
    this.#keepBytes = keepBytes
    this.#stop = workbench.onAny((name, payload) => this.#hear(name, payload))
    this.#beat = setInterval(() => this.#live(), beatMs).unref()
  }

  get counts(): EventCounts {
    return { ...this.#counts }
  }

  /** The present, to go on from. Events are kept from here on. */
  get position(): EventPosition {
    this.#flush()
    this.#keep()
    return { server: this.#server, last: this.#last }
  }

  /** @param after what the window heard last; null where it is new */
  join(socket: WebSocket, after: EventPosition | null): void {
    const { server, last } = this.position
    const whole = after?.server === server && after.last >= this.#forgotten && after.last <= last
    const listener: Listener = { socket, at: whole ? after.last : last, full: null }
    this.#place(listener, whole)
    this.#listeners.add(listener)
    this.#pump(listener)
    socket.once('close', () => {
      this.#listeners.delete(listener)
      this.#keep()
    })
    socket.on('error', () => socket.terminate())
  }

  close(): void {
    this.#stop()
    clearInterval(this.#beat)
    clearTimeout(this.#timer)
    clearTimeout(this.#lingering)
    this.#listeners.forEach(({ socket }) => socket.terminate())
  }

  #hear(name: string, payload: unknown): void {
    if (!this.#keeping) {
      this.#forgotten = this.#told = ++this.#last
      return
    }
    this.#last++
    this.#counts.events++
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
    this.#told = this.#last
    const message = this.#encode({ from: this.#last - events.length + 1, events })
    this.#kept.push({ last: this.#last, message })
    this.#keptBytes += message.length
    this.#listeners.forEach((listener) => this.#pump(listener))
    while (this.#keptBytes > this.#keepBytes) this.#forget()
  }

  /** Sends a window what it has not got yet, as far as its line takes it. Goes on by itself when the line is free again. */
  #pump(listener: Listener): void {
    while (listener.at < this.#told) {
      if (listener.socket.bufferedAmount > largestBacklog) {
        listener.full ??= performance.now()
        return
      }
      if (listener.at < this.#forgotten) {
        this.#counts.gaps++
        listener.at = this.#told
        return this.#place(listener, false)
      }
      const next = this.#kept[this.#kept.findLastIndex(({ last }) => last <= listener.at) + 1]
      if (!next) return
      listener.at = next.last
      this.#send(listener, next.message)
    }
  }

  /** Tells where the line goes on, and whether all since the last event heard follows. */
  #place(listener: Listener, whole: boolean): void {
    this.#send(listener, this.#encode({ position: { server: this.#server, last: listener.at }, whole }))
  }

  #send(listener: Listener, message: Uint8Array): void {
    const { socket } = listener
    if (socket.readyState !== socket.OPEN) return
    this.#counts.sent++
    this.#counts.bytes += message.length
    socket.send(message, () => {
      if (listener.full === null || socket.bufferedAmount > largestBacklog) return
      listener.full = null
      this.#pump(listener)
    })
  }

  #encode(message: EventsMessage): Uint8Array {
    this.#counts.encoded++
    return encode(message)
  }

  /** Lets windows hear that the line lives, and ends those that take nothing any more. */
  #live(): void {
    const beat = this.#encode({ from: this.#told + 1, events: [] })
    for (const listener of this.#listeners) {
      if (listener.full === null) this.#send(listener, beat)
      else if (performance.now() - listener.full > stuckMs) listener.socket.terminate()
    }
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
    if (this.#listeners.size > 0) return
    this.#lingering = setTimeout(() => {
      if (this.#listeners.size > 0) return
      this.#flush()
      this.#keeping = false
      this.#kept.length = 0
      this.#keptBytes = 0
      this.#forgotten = this.#last
    }, lingerMs).unref()
  }
}

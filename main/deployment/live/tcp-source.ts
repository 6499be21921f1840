import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Clock } from './clock.ts'
import { LiveError, type Delivery, type Source } from './source.ts'
import { WireDecoder } from './wire.ts'

/** Bytes taken from the system before they are handed on. */
const mostWaiting = 1 << 20

const partingMs = 2000

/**
 * Events that another program sends over TCP (wire.ts), one sender at a time: a second one is refused with a line of text, and so is a
 * sender that breaks the format. When a sender has closed its connection, the next may come.
 * @param once ends with the first sender's connection
 */
export function tcpSource({ host, port, once, clock }: { readonly host: string; readonly port: number; readonly once: boolean; readonly clock: Clock }): Source {
  return {
    patient: false,
    async *deliveries(signal): AsyncGenerator<Delivery, void> {
      let current: Socket | null = null
      let arrived = (): void => undefined
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        if (current) return part(socket, 'another sender is connected; one at a time\n')
        current = socket
        arrived()
      })
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(new LiveError(why(error, host, port), { cause: error })))
        server.listen({ host, port, signal }, resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      const stop = (): void => {
        current?.destroy()
        server.close()
        arrived()
      }
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) return stop()
      try {
        const address = server.address() as AddressInfo
        yield { kind: 'address', host: address.address, port: address.port }
        do {
          yield { kind: 'activity', text: `waits for a sender at ${address.address}:${address.port}` }
          if (!current)
            await new Promise<void>((resolve) => {
              arrived = resolve
              if (current || signal.aborted) resolve()
            })
          const sender = current as Socket | null
          if (sender === null || signal.aborted) return
          yield* ofSender(sender, clock, signal)
          current = null
        } while (!once)
      } finally {
        signal.removeEventListener('abort', stop)
        stop()
      }
    },
  }
}

async function* ofSender(socket: Socket, clock: Clock, signal: AbortSignal): AsyncGenerator<Delivery, void> {
  const from = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
  yield { kind: 'activity', text: `listens to ${from}` }
  const decoder = new WireDecoder()
  let begun = false
  try {
    // Reading pauses while the caller is busy: what is not taken waits with the system and, when that is full, with the sender.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const at = clock.now()
      for (let start = 0; start < chunk.length; start += mostWaiting) {
        for (const item of decoder.push(chunk.subarray(start, start + mostWaiting))) {
          if ('sensor' in item) {
            begun = true
            yield { kind: 'begin', from, sensor: item.sensor }
          } else if ('events' in item) yield { kind: 'events', events: item.events, at }
          else yield { kind: 'until', us: item.silentUntil, at }
        }
      }
    }
    decoder.end()
    if (begun) yield { kind: 'end', at: clock.now() }
  } catch (error) {
    if (signal.aborted) return
    const message = error instanceof Error ? error.message : String(error)
    if (begun) yield { kind: 'end', at: clock.now() }
    yield { kind: 'fault', message: `${from}: ${message}` }
    part(socket, `${message}\n`)
  } finally {
    part(socket, '')
  }
}

/** Ends a connection so that the last words arrive: what the sender still sends is taken and forgotten for a while. */
function part(socket: Socket, words: string): void {
  if (socket.destroyed || socket.writableEnded) return
  socket.end(words)
  socket.resume()
  setTimeout(() => socket.destroy(), partingMs).unref()
}

function why(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') return `port ${port} of ${host} is taken by another program: choose another one, or 0 for any that is free`
  if (error.code === 'EACCES') return `port ${port} of ${host} may not be used: ports below 1024 belong to the system`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return `${host} is no address of this machine`
  return `can't listen at ${host}:${port}: ${error.message}`
}

import { connect, type Socket } from 'node:net'
import type { Clock } from './clock.ts'
import { recordingSource } from './recording-source.ts'
import { LiveError } from './source.ts'
import { encodeEvents, encodeHeader, encodeSilence } from './wire.ts'

export interface SendOptions {
  readonly recording: string
  readonly host: string
  readonly port: number
  /** 2 is twice as fast. */
  readonly speed: number
  readonly repeat: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onProgress?: (events: number) => void
}

/**
 * Sends a recording to a receiver of wire.ts as if it were happening now. Where the receiver does not keep up, the sender waits.
 * Repeated, time goes on where it ended.
 * @throws RecordingError, LiveError where there is no receiver or it refuses
 */
export async function sendRecording({ recording, host, port, speed, repeat, clock, signal, onProgress }: SendOptions): Promise<{ events: number }> {
  let events = 0
  let socket: Socket | null = null
  const answer = { text: '', gone: false }
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (socket === null || answer.gone) throw new LiveError(`${host}:${port} closed the connection${answer.text === '' ? '' : `: ${answer.text.trim()}`}`)
    if (!socket.write(bytes)) await drained(socket)
  }
  let shift = 0
  let first: number | null = null
  let latest = 0
  const refused = new AbortController()
  try {
    for await (const delivery of recordingSource({ path: recording, speed, repeat, clock }).deliveries(AbortSignal.any([signal, refused.signal]))) {
      if (delivery.kind === 'begin') {
        if (socket !== null) {
          shift += latest + 1
          latest = 0
          first = null
          continue
        }
        socket = await connected(host, port)
        const gone = (): void => {
          answer.gone = true
          refused.abort()
        }
        socket.on('data', (text: Buffer) => (answer.text = (answer.text + text.toString()).slice(0, 500)))
        socket.on('close', gone)
        socket.on('end', gone)
        socket.on('error', gone)
        await write(encodeHeader(delivery.sensor))
      } else if (delivery.kind === 'events') {
        const { events: batch } = delivery
        const start = (first ??= batch.t.reduce((a, b) => Math.min(a, b), Infinity))
        const t = batch.t.map((time) => Math.max(0, time - start) + shift)
        latest = t.reduce((a, b) => Math.max(a, b), latest + shift) - shift
        for (const packet of encodeEvents({ ...batch, t })) await write(packet)
        events += batch.length
        onProgress?.(events)
      } else if (delivery.kind === 'until' && first !== null) await write(encodeSilence(Math.max(0, Math.floor(delivery.us - first)) + shift))
    }
    if (answer.gone && !signal.aborted) await write(new Uint8Array())
  } finally {
    await closed(socket)
  }
  return { events }
}

function connected(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', (error) => reject(new LiveError(`nobody listens at ${host}:${port} (${error.message}): begin a live session there first`, { cause: error })))
  })
}

/** When there is room again, or the connection is gone. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}

async function closed(socket: Socket | null): Promise<void> {
  if (socket === null || socket.destroyed) return
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    socket.end()
    // A receiver that never reads to the end must not keep us.
    setTimeout(() => socket.destroy(), 5000).unref()
  })
}

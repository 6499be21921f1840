import { convertRecording } from '../events/writers/convert.ts'
import type { Conversion, Converted } from '../events/writers/convert.ts'
import type { DataPool } from './pool.ts'

export type ConversionInput = Omit<Conversion, 'check' | 'onProgress'>

/** What the thread that asks and the one that works see of each other: numbers in shared memory. */
const SHARE = 0
const EVENTS = 1
const BEGUN = 2
const STOP = 3

export interface ConversionContext {
  readonly signal?: AbortSignal
  /** Called a few times a second. @param share 0..1; @param events read so far, over all readings */
  readonly onProgress?: (share: number, events: number) => void
}

const lookEveryMs = 150

/**
 * Converts a recording in a data worker. Aborted, it settles only when the worker has removed what it wrote.
 * @throws the signal's reason; see convertRecording
 */
export async function runConversion(pool: DataPool, conversion: ConversionInput, context: ConversionContext = {}): Promise<Converted> {
  const { signal, onProgress } = context
  signal?.throwIfAborted()
  const shared = new Float64Array(new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT))
  const notBegun = new AbortController()
  const stop = (): void => {
    shared[STOP] = 1
    if (shared[BEGUN] === 0) notBegun.abort(signal?.reason)
  }
  signal?.addEventListener('abort', stop)
  const timer = setInterval(() => onProgress?.(shared[SHARE]!, shared[EVENTS]!), lookEveryMs)
  try {
    return await pool.run('convert', { conversion, shared }, { signal: notBegun.signal, background: true })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', stop)
  }
}

/** The worker's side. @param check throws where the caller has given up */
export function convertShared(conversion: ConversionInput, shared: Float64Array<SharedArrayBuffer>, check: () => void): Converted {
  shared[BEGUN] = 1
  return convertRecording({
    ...conversion,
    check: () => {
      check()
      if (shared[STOP] !== 0) throw new Error('given up')
    },
    onProgress: (share, events) => {
      shared[SHARE] = share
      shared[EVENTS] = events
    },
  })
}

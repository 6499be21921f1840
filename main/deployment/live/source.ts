import type { EventBatch } from '../../events/recording.ts'

/** What a source of live events tells, in order. */
export type Delivery =
  /**
   * A stream begins: a recording, a sender. sensor: [height, width]. dueAt: ms of the session's clock at which a time of the stream's
   * clock is reached, where the source decides on that; else windows end when the source tells of it.
   */
  | { readonly kind: 'begin'; readonly from: string; readonly sensor: readonly [number, number]; readonly dueAt?: (us: number) => number }
  /** at: ms of the session's clock at which these were there. */
  | { readonly kind: 'events'; readonly events: EventBatch; readonly at: number }
  /** Nothing before `us` of the stream's clock comes any more. */
  | { readonly kind: 'until'; readonly us: number; readonly at: number }
  | { readonly kind: 'end'; readonly at: number }
  /** A fault that ends a stream but not the source. */
  | { readonly kind: 'fault'; readonly message: string }
  /** What it does now. */
  | { readonly kind: 'activity'; readonly text: string }
  | { readonly kind: 'address'; readonly host: string; readonly port: number }

/** Live events. Batches are valid until the next delivery is asked for. */
export interface Source {
  /** Whether it can wait for the network (files on disk): then nothing is dropped. */
  readonly patient: boolean
  /** Ends by itself or when the signal is aborted. @throws RecordingError, LiveError where it can't begin */
  deliveries(signal: AbortSignal): AsyncIterable<Delivery>
}

/** A live session that can't begin or go on. */
export class LiveError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LiveError'
  }
}

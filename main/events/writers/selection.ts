import type { EventColumns } from '../columns.ts'
import type { EventBatch } from '../recording.ts'

/** Which events of a recording are wanted. */
export interface Selection {
  /** µs after the recording's earliest event: from <= t - tFirst < to. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Pixels of the region; its upper left corner becomes (0, 0). */
  readonly roi?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined
  readonly polarity?: 'on' | 'off' | undefined
  /** Times count from the first event written instead of staying as they are. */
  readonly startAtZero?: boolean | undefined
}

/** Whether the selection drops or changes nothing. */
export function selectsAll({ from, to, roi, polarity }: Selection): boolean {
  return from === undefined && to === undefined && roi === undefined && polarity === undefined
}

/**
 * The chosen events of a batch, in their order.
 * @param tFirst µs of the recording's earliest event; @param shift µs to subtract from every time
 * @returns the batch itself where nothing changes; else views that are valid until the next call with the same `into`
 */
export function select(batch: EventBatch, selection: Selection, tFirst: number, shift: number, into: EventColumns): EventBatch {
  if (selectsAll(selection) && shift === 0) return batch
  const begin = tFirst + (selection.from ?? -Infinity)
  const end = tFirst + (selection.to ?? Infinity)
  const left = selection.roi?.x ?? 0
  const top = selection.roi?.y ?? 0
  const right = selection.roi ? left + selection.roi.width : Infinity
  const bottom = selection.roi ? top + selection.roi.height : Infinity
  const only = selection.polarity === undefined ? -1 : selection.polarity === 'on' ? 1 : 0
  into.length = 0
  into.reserve(batch.length)
  const { t, x, y, p } = into
  let n = 0
  for (let i = 0; i < batch.length; i++) {
    const time = batch.t[i]!
    const column = batch.x[i]!
    const row = batch.y[i]!
    const polarity = batch.p[i]!
    if (time < begin || time >= end || column < left || column >= right || row < top || row >= bottom) continue
    if (only >= 0 && polarity !== only) continue
    t[n] = time - shift
    x[n] = column - left
    y[n] = row - top
    p[n] = polarity
    n++
  }
  into.length = n
  return into.batch()
}

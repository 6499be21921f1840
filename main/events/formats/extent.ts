import type { EventColumns } from '../columns.ts'
import type { WordDecoder } from './word-pass.ts'

/** Largest coordinates seen so far, -1 before the first event: all there is where a file doesn't tell its sensor. */
export interface Extent {
  x: number
  y: number
}

/** The same decoder, with the extent kept of all that it decodes. */
export function watched(decoder: WordDecoder, extent: Extent): WordDecoder {
  return {
    state: () => decoder.state(),
    decode(bytes, offset, into) {
      const from = into.length
      decoder.decode(bytes, offset, into)
      widen(extent, into, from)
    },
  }
}

function widen(extent: Extent, { x, y, length }: EventColumns, from: number): void {
  let right = extent.x
  let bottom = extent.y
  for (let i = from; i < length; i++) {
    if (x[i]! > right) right = x[i]!
    if (y[i]! > bottom) bottom = y[i]!
  }
  extent.x = right
  extent.y = bottom
}

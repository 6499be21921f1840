import type { EventBatch } from '../events/recording.ts'
import type { EventTotals } from './frames.ts'
import type { FullFraming } from './framing.ts'

/** First and last µs of each of the T blocks. */
export type Blocks = [number, number][]
/** Told of events from..to-1 of a batch, which lie in one block. */
export type Visit = (batch: EventBatch, from: number, to: number, block: number) => void
type Cutting = Pick<FullFraming, 'timesteps' | 'splitBy' | 'blockUs' | 'remainder'>

/**
 * Cuts a recording into T blocks, as `splitBy` says:
 * - count: N div T events a block, in the order of the file (SpikingJelly's split_by 'number').
 * - time: dT = (tLast - tFirst) div T µs a block, block i from tFirst + i dT (SpikingJelly's split_by 'time').
 * - duration: `blockUs` µs a block, from tFirst on; what comes after T blocks is left out, blocks past the end stay empty.
 * What remains behind the T-th block of the first two belongs to it (remainder 'last', SpikingJelly) or is left out ('drop', the
 * TRT authors' code). A recording with less than T events or µs is all remainder.
 */
export function cutBlocks(batches: Iterable<EventBatch>, totals: EventTotals, cutting: Cutting, visit: Visit): Blocks {
  return (cutting.splitBy === 'count' ? byCount : byTime)(batches, totals, cutting, visit)
}

function byCount(batches: Iterable<EventBatch>, totals: EventTotals, { timesteps, remainder }: Cutting, visit: Visit): Blocks {
  const each = Math.floor(totals.events / timesteps)
  const inLast = remainder === 'last' ? Infinity : each
  const blocks: Blocks = []
  let block = -1
  /** Events of the current block that are still to come. */
  let left = 0
  reading: for (const batch of batches) {
    for (let from = 0; from < batch.length; ) {
      while (left === 0) {
        if (block === timesteps - 1) break reading
        block++
        left = block === timesteps - 1 ? inLast : each
        // A block without events lies at the time of the event that follows.
        blocks.push([batch.t[from]!, batch.t[from]!])
      }
      const to = Math.min(batch.length, from + left)
      visit(batch, from, to, block)
      blocks[block]![1] = batch.t[to - 1]!
      left -= to - from
      from = to
    }
  }
  while (blocks.length < timesteps) blocks.push([totals.last, totals.last])
  return blocks
}

function byTime(batches: Iterable<EventBatch>, totals: EventTotals, cutting: Cutting, visit: Visit): Blocks {
  const { timesteps } = cutting
  const { first, last } = totals
  const duration = blockDuration(totals, cutting)
  // The last block has no end where it takes the remainder.
  const open = cutting.splitBy === 'time' && cutting.remainder === 'last'
  const blockOf = (time: number) => {
    const block = duration === 0 ? timesteps : Math.floor((time - first) / duration)
    return open ? Math.min(timesteps - 1, block) : Math.min(timesteps, block)
  }
  for (const batch of batches) {
    const { length, t } = batch
    for (let from = 0; from < length; ) {
      const block = blockOf(t[from]!)
      const begin = first + block * duration
      const end = block >= timesteps - (open ? 1 : 0) ? Infinity : begin + duration
      let to = from + 1
      while (to < length && t[to]! >= begin && t[to]! < end) to++
      if (block < timesteps) visit(batch, from, to, block)
      from = to
    }
  }
  return Array.from({ length: timesteps }, (_, block) => {
    const begin = first + block * duration
    return [begin, open && block === timesteps - 1 ? last : Math.max(begin, begin + duration - 1)]
  })
}

/** µs of a block that is cut by time or duration. */
export function blockDuration({ first, last }: EventTotals, { timesteps, splitBy, blockUs }: Cutting): number {
  return splitBy === 'duration' ? blockUs : Math.floor((last - first) / timesteps)
}

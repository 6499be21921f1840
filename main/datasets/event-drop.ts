import { Random } from '../random.ts'

/** What EventDrop does to one sample. */
export type Drop =
  | { readonly kind: 'time'; readonly from: number; readonly share: number }
  | { readonly kind: 'area'; readonly y: number; readonly x: number; readonly share: number }
  | { readonly kind: 'random'; readonly share: number; readonly seed: number }

/**
 * EventDrop (Gu, Sng, Hu, Yu: EventDrop: data augmentation for event-based learning, IJCAI 2021): each sample gets one of four with
 * equal chance: nothing; all events of a stretch of its time dropped (10 to 90 %); of a rectangle (5 to 25 % of each side); or each
 * event with a probability of 10 to 90 %. What differs: it works on frames, so a stretch of time is a number of whole frames.
 * @returns undefined: nothing is dropped. from, y and x are shares of what there is
 */
export function drawDrop(random: Random): Drop | undefined {
  const tenths = (): number => (1 + random.below(9)) / 10
  switch (random.below(4)) {
    case 0:
      return undefined
    case 1: {
      const share = tenths()
      return { kind: 'time', share, from: random.uniform() * (1 - share) }
    }
    case 2:
      return { kind: 'area', share: (1 + random.below(5)) / 20, y: random.uniform(), x: random.uniform() }
    default:
      return { kind: 'random', share: tenths(), seed: random.uint32() }
  }
}

/**
 * Drops what was drawn from one sample of a batch, in place. A whole number counts events, of which each is dropped by itself; any
 * other value stands for itself. @param frameAt start of frame t in `frames`
 */
export function applyDrop(frames: Float32Array, frameAt: (t: number) => number, timesteps: number, channels: number, height: number, width: number, drop: Drop): void {
  const random = new Random(drop.kind === 'random' ? drop.seed : 0, 'dropped events')
  const plane = height * width
  for (let t = 0; t < timesteps; t++) {
    const start = frameAt(t)
    const end = start + channels * plane
    if (drop.kind === 'time') {
      const first = Math.round(drop.from * timesteps)
      if (t >= first && t < first + Math.round(drop.share * timesteps)) frames.fill(0, start, end)
    } else if (drop.kind === 'area') {
      const [y0, x0] = [Math.floor(drop.y * height), Math.floor(drop.x * width)]
      const [y1, x1] = [Math.min(height, y0 + Math.round(drop.share * height)), Math.min(width, x0 + Math.round(drop.share * width))]
      for (let channel = 0; channel < channels; channel++)
        for (let y = y0; y < y1; y++) frames.fill(0, start + channel * plane + y * width + x0, start + channel * plane + y * width + x1)
    } else {
      for (let i = start; i < end; i++) {
        const value = frames[i]!
        if (value === 0) continue
        if (Number.isInteger(value) && value > 0) {
          let kept = 0
          for (let event = 0; event < value; event++) if (random.uniform() >= drop.share) kept++
          frames[i] = kept
        } else if (random.uniform() < drop.share) frames[i] = 0
      }
    }
  }
}

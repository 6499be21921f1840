/**
 * Playback of a recording as plain state. `time` is the leading edge of what is shown, in µs from the first event;
 * shown are the events of the accumulation time before it. Speed and accumulation are independent of each other.
 */
export interface Playback {
  /** µs from the first to the last event; at least 1. */
  readonly duration: number
  readonly time: number
  readonly playing: boolean
  /** Recorded seconds per second; 1 is real time. */
  readonly speed: number
  /** µs of events shown at once. */
  readonly accumulation: number
  readonly loop: boolean
}

/** Choices, each about 2 to 2.5 times the one before. */
export const speeds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20] as const
export const accumulations = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 33_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
] as const

/** The choice that lies closest on a logarithmic scale. */
export function nearest(choices: readonly number[], value: number): number {
  const distance = (choice: number) => Math.abs(Math.log(choice / Math.max(value, Number.MIN_VALUE)))
  return choices.reduce((best, choice) => (distance(choice) < distance(best) ? choice : best), choices[0] ?? value)
}

/**
 * How a recording is first shown: long enough to be watched (about five seconds for short ones, never faster than real
 * time) and with about a tenth of it at once, at most 33 ms, the length of a video frame.
 */
export function initialPlayback(durationUs: number): Playback {
  const duration = Math.max(1, durationUs)
  const accumulation = nearest(accumulations, Math.min(33_000, Math.max(100, duration / 10)))
  const speed = Math.min(1, nearest(speeds, duration / 5e6))
  return { duration, time: Math.min(duration, accumulation), playing: false, speed, accumulation, loop: true }
}

/** Playback after `elapsedMs` of the viewer's time. At the end it starts over or stops. */
export function advance(playback: Playback, elapsedMs: number): Playback {
  if (!playback.playing) return playback
  const time = playback.time + elapsedMs * 1000 * playback.speed
  if (time < playback.duration) return { ...playback, time }
  if (!playback.loop) return { ...playback, time: playback.duration, playing: false }
  return { ...playback, time: time % playback.duration }
}

/** Starts or pauses; at the end, playing starts from the beginning. */
export function toggled(playback: Playback): Playback {
  const playing = !playback.playing
  return { ...playback, playing, time: playing && playback.time >= playback.duration ? 0 : playback.time }
}

/** Paused at a point of time, kept within the recording. */
export function sought(playback: Playback, time: number): Playback {
  return { ...playback, time: Math.max(0, Math.min(playback.duration, time)) }
}

/** One accumulation time further or back, paused: what is shown next borders on what was shown. */
export function stepped(playback: Playback, direction: 1 | -1): Playback {
  return { ...sought(playback, playback.time + direction * playback.accumulation), playing: false }
}

/** What is shown: events with from < t <= to. The first event (t = 0) belongs to any window that reaches the start. */
export function shownWindow(playback: Playback): { readonly from: number; readonly to: number } {
  const from = playback.time - playback.accumulation
  return { from: from <= 0 ? -1 : from, to: playback.time }
}

/** Index of the first element of an ascending array that is greater than `value`. */
export function upperBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? Infinity) > value) high = middle
    else low = middle + 1
  }
  return low
}

/** Which block (frame of the network) holds a point of time, given the blocks' first and last µs; -1 for none. */
export function blockAt(blocks: readonly (readonly [number, number])[], time: number): number {
  let found = -1
  for (let index = 0; index < blocks.length; index++) {
    if ((blocks[index]?.[0] ?? Infinity) <= time) found = index
  }
  return found
}

/**
 * Playback of a recording as plain state. `time` is the leading edge of what is shown, in µs from the first event;
 * shown are the events before it: those of the accumulation time, or so many. Speed and accumulation are independent.
 */
export interface Playback {
  /** µs from the first to the last event; at least 1. */
  readonly duration: number
  readonly time: number
  readonly playing: boolean
  /** Recorded seconds per second; 1 is real time. */
  readonly speed: number
  readonly direction: 1 | -1
  readonly accumulateBy: 'time' | 'count'
  /** µs of events shown at once, where they are accumulated by time. */
  readonly accumulation: number
  /** Events shown at once, where they are accumulated by count. */
  readonly eventCount: number
  readonly loop: boolean
  /** IN and OUT marks, µs from the first event; null for the recording's own start and end. */
  readonly markIn: number | null
  readonly markOut: number | null
}

/** Choices, each about 2 to 2.5 times the one before. */
export const speeds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20] as const
export const accumulations = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 33_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
] as const
export const eventCounts = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
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
  return {
    duration,
    time: Math.min(duration, accumulation),
    playing: false,
    speed,
    direction: 1,
    accumulateBy: 'time',
    accumulation,
    eventCount: 5000,
    loop: true,
    markIn: null,
    markOut: null,
  }
}

/** Start and end of what is played: the marks, else the recording's own. */
export function playedRange({ markIn, markOut, duration }: Pick<Playback, 'markIn' | 'markOut' | 'duration'>): readonly [number, number] {
  return [markIn ?? 0, markOut ?? duration]
}

/** Playback after `elapsedMs` of the viewer's time. At its end (OUT, or IN where it runs backwards) it starts over or stops. */
export function advance(playback: Playback, elapsedMs: number): Playback {
  if (!playback.playing) return playback
  const { direction, duration } = playback
  const [start, end] = playedRange(playback)
  const time = playback.time + direction * elapsedMs * 1000 * playback.speed
  // Who goes beyond a mark on purpose sees what is there, up to the recording's own end.
  const limit = direction > 0 ? (playback.time <= end ? end : duration) : playback.time >= start ? start : 0
  const over = (time - limit) * direction
  if (over < 0) return { ...playback, time }
  if (!playback.loop) return { ...playback, time: limit, playing: false }
  const rest = over % Math.max(1, end - start)
  return { ...playback, time: direction > 0 ? start + rest : end - rest }
}

/** Starts or pauses; at the end, playing starts over. */
export function toggled(playback: Playback): Playback {
  const playing = !playback.playing
  const [start, end] = playedRange(playback)
  const { direction, time } = playback
  const ended = direction > 0 ? time >= playback.duration || time === end : time <= 0 || time === start
  return { ...playback, playing, time: playing && ended ? (direction > 0 ? start : end) : time }
}

/** Paused at a point of time, kept within the recording. */
export function sought(playback: Playback, time: number): Playback {
  return { ...playback, time: Math.max(0, Math.min(playback.duration, time)) }
}

/** One accumulation time further or back, paused: what is shown next borders on what was shown. */
export function stepped(playback: Playback, direction: 1 | -1): Playback {
  return { ...sought(playback, playback.time + direction * playback.accumulation), playing: false }
}

/** A mark set (null takes it away). A mark that passes the other one takes that away. */
export function marked(playback: Playback, which: 'in' | 'out', at: number | null): Playback {
  const time = at === null ? null : Math.max(0, Math.min(playback.duration, at))
  if (which === 'in') {
    const beyond = time !== null && playback.markOut !== null && time >= playback.markOut
    return { ...playback, markIn: time, markOut: beyond ? null : playback.markOut }
  }
  const beyond = time !== null && playback.markIn !== null && time <= playback.markIn
  return { ...playback, markOut: time, markIn: beyond ? null : playback.markIn }
}

/**
 * The same playback of a recording that turned out longer. Speed and accumulation that nobody chose yet follow what suits its
 * length, and so does the first picture while it stands.
 */
export function lengthened(playback: Playback, durationUs: number): Playback {
  const before = initialPlayback(playback.duration)
  const now = initialPlayback(durationUs)
  const longer = { ...playback, duration: now.duration }
  if (playback.speed !== before.speed || playback.accumulation !== before.accumulation) return longer
  const first = playback.time === before.time && !playback.playing
  return { ...longer, speed: now.speed, accumulation: now.accumulation, time: first ? now.time : playback.time }
}

/** What is shown: events with from < t <= to. The first event (t = 0) belongs to any window that reaches the start. */
export function shownWindow(playback: Playback): { readonly from: number; readonly to: number } {
  const from = playback.time - playback.accumulation
  return { from: from <= 0 ? -1 : from, to: playback.time }
}

/** Which block (frame of the network) holds a point of time, given the blocks' first and last µs; -1 for none. */
export function blockAt(blocks: readonly (readonly [number, number])[], time: number): number {
  let found = -1
  for (let index = 0; index < blocks.length; index++) {
    if ((blocks[index]?.[0] ?? Infinity) <= time) found = index
  }
  return found
}

import type { CallInput, Filter } from '../../../preload/contract/index.ts'
import { baseName } from '../../app/format.ts'
import { playedRange } from '../../stage/playback.ts'
import type { PlayerState } from '../../stage/player.ts'

export type ExportKind = 'png' | 'webm' | 'gif' | 'events'

/** A path or file name without its ending. */
export function stem(path: string): string {
  return path.replace(/(?<=[^\\/])\.[^.\\/]+$/, '')
}

/** "pendulum 0.5-1.2 s.gif" without the ending: the recording and the part of it. */
export function exportName(path: string, state: Pick<PlayerState, 'markIn' | 'markOut' | 'duration'>): string {
  const [from, to] = playedRange(state)
  const whole = state.markIn === null && state.markOut === null
  const seconds = (us: number) => Number((us / 1e6).toFixed(3))
  return whole ? stem(baseName(path)) : `${stem(baseName(path))} ${seconds(from)}-${seconds(to)} s`
}

/**
 * What "save this part" asks of the workbench: the events between the marks, both included, and those of the region.
 * @param region whether only the region's events are wanted, where there is one
 * @param filters those through which the recording is shown: only what they leave is saved
 */
export function conversionOf(
  path: string,
  state: Pick<PlayerState, 'markIn' | 'markOut' | 'region'>,
  output: string,
  format: string,
  region: boolean,
  filters: readonly Filter[] = [],
): CallInput<'recordings.convert'> {
  return {
    path,
    output,
    format,
    ...(filters.length > 0 && { filters: [...filters] }),
    ...(state.markIn !== null && { from: Math.floor(state.markIn) }),
    ...(state.markOut !== null && { to: Math.floor(state.markOut) + 1 }),
    ...(region && state.region !== null && { roi: state.region }),
  }
}

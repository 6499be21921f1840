import { fullFraming } from '../../datasets/framing.ts'
import type { Framing } from '../../datasets/schema.ts'
import type { RunnableMetadata } from '../foreign/metadata.ts'
import type { Cutting } from './windows.ts'

/** Whether timesteps are computed as they end; why they are, or are not. */
export interface Pace {
  readonly yes: boolean
  readonly why: string
}

/**
 * Whether the frames of a window can be made one by one while it goes on: the file must compute one timestep, and its framing rule must
 * say where a timestep ends before the window is over. Timesteps are then equal parts of the window; framed afterwards, blocks of
 * time begin with its first event instead.
 */
export function paceOf({ format, states = [], filters, framing, shape }: Pick<RunnableMetadata, 'format' | 'states' | 'filters' | 'framing' | 'shape'>, { windowUs, hopUs }: Pick<Cutting, 'windowUs' | 'hopUs'>): Pace {
  const { splitBy, blockUs, representation } = fullFraming(framing)
  const not = (why: string): Pace => ({ yes: false, why })
  if (format !== 'step' || states.length === 0) return not('the file computes a whole window at once')
  if (windowUs === Infinity) return not('each file is one window')
  if (splitBy === 'count') return not('its framing rule cuts a window into timesteps of equally many events, which are known at its end')
  if (representation !== 'counts' && representation !== 'binary') return not('its frames depend on the timesteps before them')
  if (filters.length > 0) return not('its filters look at whole windows')
  if (hopUs < windowUs) return not('windows overlap')
  if (splitBy === 'duration' && Math.abs(windowUs - blockUs * shape[0]) > 1) return not(`its framing rule has timesteps of ${blockUs / 1000} ms, of which ${shape[0]} are not a window`)
  return { yes: true, why: 'each timestep is computed as it ends' }
}

/** One timestep's frame of a rule that cuts by time: all events that it is given. */
export const frameRule = (framing: Framing): Framing => ({ ...framing, timesteps: 1, splitBy: 'count', remainder: 'last' })

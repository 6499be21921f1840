import { resolve } from 'node:path'
import type { DataPool } from '../datasets/pool.ts'
import type { Handlers } from './api.ts'
import type { Shared } from './shared.ts'

type RecordingCalls = 'recordings.recent' | 'recordings.open' | 'recordings.events' | 'recordings.rate' | 'recordings.frames'

/** Looking at recordings: all decoding happens in data workers, which keep the events of the recording they decoded last. */
export function recordingHandlers({ library, emit }: Shared, pool: DataPool): Pick<Handlers, RecordingCalls> {
  return {
    'recordings.recent': () => ({ paths: library.recent }),
    'recordings.open': async ({ path }) => {
      const facts = await pool.run('inspect', { path: resolve(path) })
      library.remember(facts.path)
      emit('library.changed', { what: 'recordings' })
      return { ...facts, complete: true, share: 1 }
    },
    'recordings.events': (input) => pool.run('events', input),
    'recordings.rate': (input) => pool.run('rate', input),
    'recordings.frames': async (input) => pool.run('frames', input),
  }
}

import { join, resolve } from 'node:path'
import type { DataPool } from '../datasets/pool.ts'
import type { Handlers } from './api.ts'
import { Following } from './following.ts'
import type { Shared } from './shared.ts'

type RecordingCalls = 'recordings.recent' | 'recordings.open' | 'recordings.events' | 'recordings.rate' | 'recordings.frames'

/** Looking at recordings: all decoding happens in data workers, which keep the recordings looked at last, or their indexes. */
export function recordingHandlers({ library, emit }: Shared, pool: DataPool, firstMs?: number): Pick<Handlers, RecordingCalls> {
  const index = join(library.root, 'index')
  const following = new Following(pool, index, (facts) => emit('recording.facts', facts), firstMs)
  const looked = <T extends { path: string }>(input: T) => ({ ...input, path: resolve(input.path), index })
  return {
    'recordings.recent': () => ({ paths: library.recent }),
    'recordings.open': async ({ path }) => {
      const facts = await following.open(resolve(path))
      library.remember(facts.path)
      emit('library.changed', { what: 'recordings' })
      return facts
    },
    'recordings.events': (input) => pool.run('events', looked(input)),
    'recordings.rate': (input) => pool.run('rate', looked(input)),
    'recordings.frames': (input) => pool.run('frames', looked(input)),
  }
}

import { starterFiles, type StarterOptions } from '../events/simulate/starter.ts'
import type { DataPool } from './pool.ts'

export interface StarterContext {
  readonly pool: DataPool
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Writes the simulated recordings of the starter project in the pool's workers: `perClass` of each of four shapes, one
 * subfolder per class. Recordings that are there already stay as they are. Same options, same bytes.
 * @returns paths in the order of class and number
 */
export async function makeStarterRecordings(folder: string, options: StarterOptions, { pool, signal, onProgress }: StarterContext): Promise<string[]> {
  signal?.throwIfAborted()
  const files = starterFiles(options)
  let done = 0
  return Promise.all(files.map(async (file) => {
    const path = await pool.run('simulate', { folder, file }, { signal, background: true })
    onProgress?.(++done, files.length)
    return path
  }))
}

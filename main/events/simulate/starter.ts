import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { encodeAedat2 } from '../formats/aedat2.ts'
import { encodeNmnist } from '../formats/nmnist.ts'
import { shapeNames, type ShapeName } from './scene.ts'
import { simulateRecording } from './simulate.ts'

/**
 * aedat: AEDAT 2.0 of a 128x128 DVS128, what the starter dataset is imported from.
 * bin: 40-bit events of a 34x34 sensor, as N-MNIST: the same shapes seen by another camera, to try a model on. A set keeps to
 * one format, because a .bin does not say its sensor's size: the reader takes the smallest known sensor that holds the events.
 */
export type StarterFormat = 'aedat' | 'bin'

export interface StarterOptions {
  readonly seed: number
  /** Recordings per class. */
  readonly perClass: number
  readonly format: StarterFormat
}

export interface StarterFile {
  /** CLASS/CLASS-000.aedat, relative to the folder. */
  readonly file: string
  readonly shape: ShapeName
  readonly format: StarterFormat
  readonly seed: number
}

const sensors = { aedat: [128, 128], bin: [34, 34] } as const

/** Which recordings the options make: one subfolder per class. */
export function starterFiles({ seed, perClass, format }: StarterOptions): StarterFile[] {
  return shapeNames.flatMap((shape) => Array.from({ length: perClass }, (_, index) => ({
    file: `${shape}/${shape}-${String(index).padStart(3, '0')}.${format}`, shape, format,
    // Recordings of one seed must not return in another: whole numbers up to 2^53 keep them apart.
    seed: (seed % 2 ** 32) * 2 ** 20 + index * 2 + (format === 'bin' ? 1 : 0),
  })))
}

/** Simulates one recording and writes it; one that is there already stays. @returns its path */
export function writeStarterRecording(folder: string, { file, shape, format, seed }: StarterFile): string {
  const path = join(folder, file)
  if (existsSync(path)) return path
  const events = simulateRecording({ shape, seed, sensor: sensors[format] })
  mkdirSync(dirname(path), { recursive: true })
  // Under its name only when it is whole: an interrupted start must not leave a short recording that counts as made.
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  writeFileSync(temporary, format === 'aedat' ? encodeAedat2(events) : encodeNmnist(events))
  renameSync(temporary, path)
  return path
}

/**
 * Writes the recordings of the starter project, one after the other. Same options, same bytes. main/datasets/starter.ts does
 * it in worker threads.
 * @returns the paths
 */
export async function writeStarterRecordings(
  folder: string, options: StarterOptions, { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<string[]> {
  const files = starterFiles(options)
  const paths: string[] = []
  for (const file of files) {
    signal?.throwIfAborted()
    paths.push(writeStarterRecording(folder, file))
    onProgress?.(paths.length, files.length)
    // Lets the caller's signal and everything else have a turn.
    await new Promise(setImmediate)
  }
  return paths
}

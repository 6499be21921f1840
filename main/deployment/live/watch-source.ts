import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { decode } from '../../datasets/decode.ts'
import { prepared } from '../../events/preparation.ts'
import type { Clock } from './clock.ts'
import { LiveError, type Delivery, type Source } from './source.ts'

/** How often the folder is looked through; a file whose size and time stand still between two looks is whole. */
const lookMs = 400

interface Seen {
  readonly bytes: number
  readonly modified: number
  /** It was told of, or lay there before. */
  done: boolean
}

/**
 * Recordings that come into a folder or its subfolders: each is a stream of its own, read as fast as the network can take it. A file that
 * is written again comes again. What can't be read is told, and left.
 * @param existing also those that lie there when it begins
 */
export function watchSource(folder: string, existing: boolean, clock: Clock, eachMs = lookMs): Source {
  const seen = new Map<string, Seen>()

  /** Paths of files that are whole and new, by name; remembers what is there. */
  async function look(first: boolean): Promise<string[]> {
    const whole: string[] = []
    const there = new Set<string>()
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.startsWith('.')) continue
      const path = join(entry.parentPath, entry.name)
      const found = await stat(path).catch(() => null)
      if (found === null) continue
      there.add(path)
      const before = seen.get(path)
      const same = before !== undefined && before.bytes === found.size && before.modified === found.mtimeMs
      if (!same) seen.set(path, { bytes: found.size, modified: found.mtimeMs, done: first && !existing })
      else if (!before.done && found.size > 0) {
        before.done = true
        whole.push(path)
      }
    }
    for (const path of [...seen.keys()]) if (!there.has(path)) seen.delete(path)
    return whole.sort()
  }

  return {
    patient: true,
    async *deliveries(signal): AsyncGenerator<Delivery, void> {
      const name = basename(folder)
      for (let first = true; !signal.aborted; first = false) {
        let paths: string[]
        try {
          paths = await look(first)
        } catch (error) {
          if (first) throw new LiveError(`${folder}: can't be watched: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
          yield { kind: 'activity', text: `${name} is not there; waits for it` }
          paths = []
        }
        for (const path of paths) {
          if (signal.aborted) return
          yield { kind: 'activity', text: `reads ${basename(path)}` }
          yield* ofFile(path, clock, signal)
        }
        yield { kind: 'activity', text: `waits for recordings in ${name}` }
        await clock.until(clock.now() + eachMs, signal)
      }
    },
  }
}

async function* ofFile(path: string, clock: Clock, signal: AbortSignal): AsyncGenerator<Delivery, void> {
  const at = clock.now()
  let decoded
  try {
    decoded = await prepared(() => decode(path, () => signal.throwIfAborted()))
  } catch (error) {
    if (!signal.aborted) yield { kind: 'fault', message: error instanceof Error ? error.message : String(error) }
    return
  }
  try {
    const { recording } = decoded
    yield { kind: 'begin', from: path, sensor: [recording.height, recording.width] }
    for (const events of decoded.batches()) {
      if (signal.aborted) return
      yield { kind: 'events', events, at }
    }
    yield { kind: 'end', at }
  } finally {
    decoded.close()
  }
}

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { ByteSource } from './recording.ts'
import type { ScanResult } from './scan.ts'
import { recordingFactsSchema } from './schema.ts'
import { readingKey } from './text-reading.ts'
import { TimeBins } from './time-bins.ts'

/*
 * What a scan found, kept in <library>/index/<key>.json: the next opening needs no scan. Only a cache: what is damaged, of
 * another version or can't be written is made again. Nothing is ever written beside a recording.
 */

/** To be raised when a decoder gives other events, or the marks' meaning changes: older indexes are then passed over. */
const VERSION = 2
const MOST_FILES = 256
const SAMPLE = 1 << 16
/** A writer that takes longer than this has died. */
const ABANDONED_MS = 3_600_000

const storedSchema = z.object({
  facts: recordingFactsSchema,
  extremes: z.object({ events: z.number(), first: z.number(), last: z.number(), sorted: z.boolean() }),
  /** Per segment: its events, earliest and latest time, and its mark (byte, state). */
  segments: z.array(z.object({ events: z.number(), t: z.tuple([z.number(), z.number()]), mark: z.array(z.number()).nullable() })),
  bins: z.object({ width: z.number().positive(), start: z.number(), counts: z.string() }),
})
const fileSchema = z.object({ version: z.literal(VERSION), crc32: z.number(), index: z.unknown() })

/** Names a recording's index: another path, size, time of change or content (looked at in three places) is another recording, and so is a text that is read in another way. */
export function indexKey(source: ByteSource, modified: number): string {
  const hash = createHash('sha256').update(`${source.path}\0${source.size}\0${modified}\0${readingKey(source.path)}`)
  const last = Math.max(0, source.size - SAMPLE)
  for (const offset of [0, Math.floor(last / 2), last]) hash.update(source.read(offset, SAMPLE))
  return hash.digest('hex').slice(0, 40)
}

/** The index of this key; undefined where there is none, or none that can be believed. */
export function loadIndex(folder: string, key: string): ScanResult | undefined {
  const path = join(folder, `${key}.json`)
  try {
    const { crc32: expected, index } = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    if (crc32(JSON.stringify(index)) !== expected) return undefined
    const { facts, extremes, segments, bins } = storedSchema.parse(index)
    const now = new Date()
    // The least recently used ones go first.
    utimesSync(path, now, now)
    return {
      facts,
      extremes,
      segments: segments.map(({ events, t: [tMin, tMax], mark }) => ({
        events,
        tMin,
        tMax,
        mark: mark && { offset: mark[0]!, state: mark.slice(1) },
      })),
      bins: TimeBins.restore(bins),
    }
  } catch {
    return undefined
  }
}

/** Keeps an index; where that fails (a full disk, say) there is none. Old ones go when there are many. */
export function saveIndex(folder: string, key: string, { facts, extremes, segments, bins }: ScanResult): void {
  const index: z.infer<typeof storedSchema> = {
    facts,
    extremes,
    segments: segments.map(({ events, tMin, tMax, mark }) => ({ events, t: [tMin, tMax], mark: mark && [mark.offset, ...mark.state] })),
    bins: bins.store(),
  }
  const temporary = join(folder, `.${key}.${process.pid}.tmp`)
  try {
    // Not the folders above: a library that has gone is not begun anew in its place.
    if (!existsSync(folder)) mkdirSync(folder)
    writeFileSync(temporary, JSON.stringify({ version: VERSION, crc32: crc32(JSON.stringify(index)), index }))
    renameSync(temporary, join(folder, `${key}.json`))
    prune(folder)
  } catch {
    rmSync(temporary, { force: true })
  }
}

function prune(folder: string): void {
  const files = readdirSync(folder).flatMap((name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false })
    return stat ? [{ name, used: stat.mtimeMs }] : []
  })
  const left = files.filter(({ name, used }) => name.endsWith('.tmp') && Date.now() - used > ABANDONED_MS)
  const old = files
    .filter(({ name }) => name.endsWith('.json'))
    .sort((a, b) => b.used - a.used)
    .slice(MOST_FILES)
  for (const { name } of [...left, ...old]) rmSync(join(folder, name), { force: true })
}

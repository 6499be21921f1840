import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { framesFile, manifestFile } from './dataset.ts'
import { DatasetError, errorCode } from './errors.ts'
import { framingKey } from './framing.ts'
import { npyHeaderBytes } from './npy.ts'
import type { FolderScan } from './scan.ts'
import { importOptionsSchema, sampleSchema, type ImportOptions } from './schema.ts'

/**
 * What an unfinished import leaves behind, so that it can go on where it was: import.jsonl says what became of every file so
 * far, in order, and frames.partial.npy holds the frames. A line is written after its frames, and carries their checksum.
 */
export const journalFile = 'import.jsonl'
export const partialFile = 'frames.partial.npy'

const headerSchema = z.object({ version: z.literal(1), created: z.string(), options: importOptionsSchema, scan: z.string() })
const sizeSchema = z.tuple([z.number(), z.number()])
const entrySchema = z.object({
  /** Bytes and modification time (ms) of the source: another file of the same name is imported again. */
  bytes: z.number(),
  modified: z.number(),
  skipped: z.string().optional(),
  imported: z.object({
    sample: sampleSchema.omit({ file: true, label: true, split: true, cut: true }),
    format: z.string(),
    sensor: sizeSchema,
    rowBytes: z.number(),
    /** CRC-32 of the row in frames.partial.npy. */
    checksum: z.number(),
  }).optional(),
})
export type JournalEntry = z.infer<typeof entrySchema>

export interface Resumed<Entry> {
  readonly created: string
  readonly entries: Entry[]
  readonly journal: Journal
}

/** The options of an import that was interrupted in this directory; null where there is none, or a finished dataset. */
export async function unfinishedImport(directory: string): Promise<ImportOptions | null> {
  if (existsSync(join(directory, manifestFile))) return null
  const lines = await readLines(join(directory, journalFile))
  return lines[0] === undefined ? null : (parse(headerSchema, lines[0])?.options ?? null)
}

/** Removes what an unfinished import left behind. A finished dataset is not touched. */
export async function removeUnfinished(directory: string): Promise<void> {
  if (existsSync(join(directory, manifestFile))) return
  for (const name of [journalFile, `${journalFile}.tmp`, partialFile, framesFile, `${manifestFile}.tmp`]) await rm(join(directory, name), { force: true })
}

/** The journal of one import, open for appending. */
export class Journal {
  #file: FileHandle
  private constructor(file: FileHandle) {
    this.#file = file
  }

  /**
   * Starts a journal, or goes on with the one in `directory` where it was made by the same options from the same files.
   * Entries whose frames are damaged or whose source has changed since are dropped, and all that follow them.
   * @param files everything that says which files, in one text
   * @param intact the entries, from the first, that still hold
   */
  static async open<Entry>(directory: string, options: ImportOptions, files: string, intact: (lines: readonly string[]) => Promise<Entry[]>): Promise<Resumed<Entry>> {
    // Not the folders above: a library that has gone is not begun anew in its place.
    await mkdir(directory).catch((error: unknown) => (errorCode(error) === 'EEXIST' ? undefined : Promise.reject(error as Error)))
    const path = join(directory, journalFile)
    const digest = createHash('sha256').update(files).digest('hex')
    const lines = await readLines(path)
    const header = lines[0] === undefined ? null : parse(headerSchema, lines[0])
    const same = header !== null && header.scan === digest && fingerprint(header.options) === fingerprint(options)
    let entries: Entry[] = []
    if (same) {
      // Killed between naming the frames and writing the manifest.
      if (existsSync(join(directory, framesFile))) await rename(join(directory, framesFile), join(directory, partialFile))
      entries = await intact(lines.slice(1))
    }
    const created = same ? header.created : new Date().toISOString()
    const kept = [{ version: 1, created, options, scan: digest }, ...entries].map((line) => `${JSON.stringify(line)}\n`)
    await writeFile(`${path}.tmp`, kept.join(''))
    await rename(`${path}.tmp`, path)
    return { journal: new Journal(await open(path, 'a')), created, entries }
  }

  async append(...entries: readonly object[]): Promise<void> {
    await this.#file.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** The entries of recordings, from the first, that still hold. */
export async function intactEntries(directory: string, scan: FolderScan, lines: readonly string[]): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = []
  const path = join(directory, partialFile)
  const frames = existsSync(path) ? await open(path, 'r') : null
  let position = npyHeaderBytes
  try {
    for (const line of lines.slice(0, scan.files.length)) {
      const entry = parse(entrySchema, line)
      const source = await stat(join(scan.folder, scan.files[entries.length]!.file)).catch(() => null)
      if (!entry || (source?.size ?? 0) !== entry.bytes || (source?.mtimeMs ?? 0) !== entry.modified) break
      if (entry.imported) {
        const { rowBytes, checksum } = entry.imported
        const row = Buffer.alloc(rowBytes)
        const read = await frames?.read(row, 0, rowBytes, position)
        if (read?.bytesRead !== rowBytes || crc32(row) !== checksum) break
        position += rowBytes
      }
      entries.push(entry)
    }
  } finally {
    await frames?.close()
  }
  return entries
}

async function readLines(path: string): Promise<string[]> {
  try {
    // A last line without its end was being written when the import was killed.
    return (await readFile(path, 'utf8')).split('\n').slice(0, -1)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw new DatasetError(`${path}: can't be read: ${String(error)}`, { cause: error })
  }
}

function parse<T>(schema: z.ZodType<T>, line: string): T | null {
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** What the options must agree in; the name may change. */
function fingerprint({ folder, framing, filters, testShare, seed, labels }: ImportOptions): string {
  return JSON.stringify([folder, framingKey(framing, filters), testShare, seed, labels])
}

/** Everything that says which files an import reads, and as what. */
export function filesOf(scan: FolderScan): string {
  return JSON.stringify([scan.folder, scan.classes, scan.files.map(({ file, label, split, cut }) => [file, label, split, ...(cut ?? [])]), ...(scan.texts ?? [])])
}

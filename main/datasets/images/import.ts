import { existsSync } from 'node:fs'
import { open, statfs } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { datasetHash } from '../dataset.ts'
import { DatasetError, messageOf, UnusableError, writeError } from '../errors.ts'
import { publish } from '../finish.ts'
import type { ImportContext } from '../import.ts'
import { Journal, partialFile, removeUnfinished } from '../journal.ts'
import { npyHeaderBytes, NpyWriter } from '../npy.ts'
import type { DatasetManifest, ImportOptions, Sample } from '../schema.ts'
import { stratifiedSplit } from '../split.ts'
import { pictureCount, pictureName, type ImageSet } from './image-set.ts'
import { stampOf, type ImportedBlock } from './read-block.ts'

/** One line of the journal: a block whose frames are written. */
const entrySchema = z.object({
  bytes: z.number(),
  modified: z.number(),
  pictures: z.array(z.object({ index: z.number(), hash: z.string() })),
  skipped: z.array(z.object({ index: z.number(), reason: z.string() })),
  /** CRC-32 of the block's rows in frames.partial.npy. */
  checksum: z.number(),
})
type Entry = z.infer<typeof entrySchema>

/** Blocks under way: each is read by one worker. */
const ahead = 3

/**
 * Imports static pictures: frames.npy [N, 1, C, H, W] of bytes, the manifest's shape [T, C, H, W] with the one frame repeated T
 * times when it is read. Like importDataset in everything else: resumes, same input same bytes, unreadable pictures are listed.
 * @throws DatasetError, as importDataset
 */
export async function importImages(
  set: ImageSet,
  options: ImportOptions,
  directory: string,
  context: ImportContext,
): Promise<DatasetManifest> {
  const size = options.framing.resize ?? set.size
  if (size === null) throw new DatasetError(`${set.folder}: the size of the pictures is not known: choose a size that all are resized to.`)
  if (options.framing.resize === null && !set.sameSize) throw new DatasetError(needsSize(set.folder, 'the pictures have different sizes'))
  const rowShape = [1, set.channels, size[0], size[1]]
  const path = join(directory, partialFile)
  let journal: Journal | undefined
  let writer: NpyWriter | undefined
  try {
    const digest = JSON.stringify([set.kind, set.channels, set.classes, set.blocks])
    const opened = await Journal.open(directory, options, digest, (lines) => intact(set, path, rowShape, lines))
    journal = opened.journal
    const { entries } = opened
    const rows = entries.reduce((sum, { pictures }) => sum + pictures.length, 0)
    await checkSpace(directory, (pictureCount(set) - rows) * rowShape.reduce((product, length) => product * length, 1))
    writer = rows > 0 ? await NpyWriter.resume(path, 'uint8', rowShape, rows) : await NpyWriter.create(path, 'uint8', rowShape)
    await importBlocks(set, [size[0], size[1]], options.framing.resize !== null, context, journal, writer, entries)
    await journal.close()
    const manifest = manifestOf(set, options, directory, opened.created, [size[0], size[1]], entries)
    await writer.finish()
    return await publish(directory, manifest, path)
  } catch (error) {
    await journal?.close()
    await writer?.close()
    if (error instanceof UnusableError) await removeUnfinished(directory)
    throw writeError(error, directory)
  }
}

async function importBlocks(
  set: ImageSet,
  size: [number, number],
  resize: boolean,
  { pool, signal, onProgress }: ImportContext,
  journal: Journal,
  writer: NpyWriter,
  entries: Entry[],
): Promise<void> {
  const { kind, folder, channels, blocks } = set
  const total = pictureCount(set)
  const before = doneOf(entries)
  const started = performance.now()
  const ended = new AbortController()
  const both = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
  const waiting = new Map<number, Promise<ImportedBlock | Error>>()
  let next = entries.length
  let told = -Infinity
  const tell = (file: string): void => {
    const now = performance.now()
    const done = doneOf(entries)
    if (now - told < 100 && done < total) return
    // The first block is told at once.
    if (file !== '') told = now
    const filesPerSecond = now > started ? ((done - before) * 1000) / (now - started) : 0
    const skipped = entries.reduce((sum, entry) => sum + entry.skipped.length, 0)
    onProgress?.({ done, total, skipped, filesPerSecond, secondsLeft: filesPerSecond > 0 ? (total - done) / filesPerSecond : null, file })
  }
  tell('')
  try {
    for (let index = next; index < blocks.length; index++) {
      for (; next < blocks.length && next < index + pool.size * ahead; next++) {
        const input = { set: { kind, folder, channels }, block: blocks[next]!, size, resize }
        const read = pool.run('importBlock', input, { signal: both, background: true })
        waiting.set(
          next,
          read.catch((error: unknown) => (error instanceof Error ? error : new Error(messageOf(error)))),
        )
      }
      const block = await waiting.get(index)!
      waiting.delete(index)
      signal?.throwIfAborted()
      if (block instanceof Error) throw block
      if (block.misfit !== undefined) throw new UnusableError(needsSize(folder, block.misfit))
      const { data, bytes, modified, pictures, skipped } = block
      if (pictures.length > 0) await writer.append(data)
      const entry: Entry = { bytes, modified, pictures: [...pictures], skipped: [...skipped], checksum: crc32(data) }
      await journal.append(entry)
      entries.push(entry)
      tell(pictureName(blocks[index]!, blocks[index]!.labels.length - 1))
    }
  } finally {
    ended.abort()
  }
}

const doneOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { pictures, skipped }) => sum + pictures.length + skipped.length, 0)

/** The entries, from the first, whose frames and sources are as they were. */
async function intact(set: ImageSet, path: string, rowShape: readonly number[], lines: readonly string[]): Promise<Entry[]> {
  const entries: Entry[] = []
  const frames = existsSync(path) ? await open(path, 'r') : null
  const rowBytes = rowShape.reduce((product, length) => product * length, 1)
  let position = npyHeaderBytes
  try {
    for (const line of lines.slice(0, set.blocks.length)) {
      const entry = parse(line)
      const block = set.blocks[entries.length]!
      const { bytes, modified } = stampOf(set.folder, block)
      if (!entry || bytes !== entry.bytes || modified !== entry.modified) break
      const rows = Buffer.alloc(rowBytes * entry.pictures.length)
      const read = rows.length === 0 ? { bytesRead: 0 } : await frames?.read(rows, 0, rows.length, position)
      if (read?.bytesRead !== rows.length || crc32(rows) !== entry.checksum) break
      position += rows.length
      entries.push(entry)
    }
  } finally {
    await frames?.close()
  }
  return entries
}

function parse(line: string): Entry | null {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** @throws UnusableError where less than two classes have a picture that can be read */
function manifestOf(
  set: ImageSet,
  options: ImportOptions,
  directory: string,
  created: string,
  size: [number, number],
  entries: readonly Entry[],
): DatasetManifest {
  const { folder, classes, blocks } = set
  const found = entries.flatMap(({ pictures }, at) => {
    const block = blocks[at]!
    return pictures.map(({ index, hash }) => ({ file: pictureName(block, index), hash, label: block.labels[index]!, split: block.split }))
  })
  const skipped = entries.flatMap((entry, at) =>
    entry.skipped.map(({ index, reason }) => ({ file: pictureName(blocks[at]!, index), reason })),
  )
  const labels = [...new Set(found.map(({ label }) => label))].sort((a, b) => a - b)
  const reason = skipped[0] ? ` ${skipped.length} pictures were skipped, the first is ${skipped[0].file}: ${skipped[0].reason}` : ''
  if (labels.length < 2)
    throw new UnusableError(
      `${folder}: ${labels.length === 0 ? 'none of the pictures can be read' : `only one class, ${classes[labels[0]!]}, has pictures that can be read`}.${reason}`,
    )
  const rank = new Map(labels.map((label, index) => [label, index]))
  const drawn = stratifiedSplit(
    found.map(({ label }) => rank.get(label)!),
    labels.length,
    options.testShare,
    options.seed,
  )
  const samples = found.map(({ file, hash, label, split }, row): Sample => ({
    file,
    hash,
    label: rank.get(label)!,
    split: split ?? drawn[row]!,
    events: 0,
    durationUs: 0,
    problems: [],
  }))
  const { framing, testShare, seed, name } = options
  const manifest: DatasetManifest = {
    version: 1,
    kind: 'images',
    id: basename(resolve(directory)),
    name,
    created,
    source: folder,
    classes: labels.map((label) => classes[label]!),
    framing,
    testShare,
    seed,
    shape: [framing.timesteps, set.channels, ...size],
    dtype: 'uint8',
    sensor: [...(set.size ?? size)],
    normalization: set.normalization,
    formats: { [set.name]: samples.length },
    samples,
    skipped,
    hash: '',
  }
  return { ...manifest, hash: datasetHash(manifest) }
}

const needsSize = (folder: string, what: string): string => `${folder}: ${what}. Choose a size that all pictures are resized to.`

async function checkSpace(directory: string, needed: number): Promise<void> {
  const disk = await statfs(directory).catch(() => null)
  if (!disk || disk.blocks === 0) return
  const free = disk.bavail * disk.bsize
  if (free < needed)
    throw new DatasetError(
      `${directory}: the pictures need ${(needed / 1e9).toFixed(1)} GB, but the disk has only ${(free / 1e9).toFixed(1)} GB free. Free some space, or choose a smaller size.`,
    )
}

import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetError, UnusableError } from './errors.ts'
import { fullFraming } from './framing.ts'
import type { ImportedFile } from './import-file.ts'
import { partialFile, type JournalEntry } from './journal.ts'
import { NpyWriter } from './npy.ts'
import type { FolderScan } from './scan.ts'
import type { Framing } from './schema.ts'

/** The rows of frames.partial.npy and the sensor they came from. */
export class FramesOnDisk {
  readonly dtype: 'float32' | 'uint16'
  #directory: string
  #framing: Framing
  #folder: string
  #writer: NpyWriter | null = null
  #first: { file: string; sensor: readonly [number, number] } | null = null
  /** Rows that are added to a dataset's must be as its own are. */
  #given = false

  private constructor(directory: string, framing: Framing, folder: string) {
    this.dtype = dtypeOf(framing)
    this.#directory = directory
    this.#framing = framing
    this.#folder = folder
  }

  /**
   * Opens the frames of the entries that an earlier start made; where there are none, the file begins with the first recording.
   * @param sensor [height, width] that all recordings must have where frames are not resized; without it the first one decides
   */
  static async open(directory: string, framing: Framing, scan: FolderScan, entries: readonly JournalEntry[], sensor?: readonly [number, number]): Promise<FramesOnDisk> {
    const frames = new FramesOnDisk(directory, framing, scan.folder)
    if (sensor) {
      frames.#first = { file: 'the dataset', sensor }
      frames.#given = true
    }
    const index = entries.findIndex((entry) => entry.imported)
    const first = entries[index]?.imported
    if (!first) return frames
    frames.#first ??= { file: scan.files[index]!.file, sensor: first.sensor }
    frames.#writer = await NpyWriter.resume(frames.path, frames.dtype, frames.shape, entries.filter((entry) => entry.imported).length)
    return frames
  }

  get path(): string {
    return join(this.#directory, partialFile)
  }

  /** [height, width] of the first recording's sensor. */
  get sensor(): [number, number] {
    const [height, width] = this.#first?.sensor ?? [0, 0]
    return [height, width]
  }

  /** [T, 2, H, W] of one row. */
  get shape(): [number, number, number, number] {
    const [height, width] = this.#framing.resize ?? this.sensor
    return [this.#framing.timesteps, 2, height, width]
  }

  /** Bytes of a row; until the first is there, of one from a large sensor. */
  get rowBytes(): number {
    return this.#writer?.rowBytes ?? this.#framing.timesteps * 2 * 720 * 1280 * 4
  }

  /**
   * Writes the frames of recordings in one go and makes their journal entries.
   * @param left files from the first of these on
   */
  async keep(recordings: readonly { readonly file: string; readonly imported: ImportedFile }[], left: number): Promise<JournalEntry[]> {
    const rows: ImportedFile['data'][] = []
    const entries = recordings.map(({ file, imported }) => this.#entry(file, imported, rows))
    if (rows[0] && !this.#writer) {
      await checkSpace(this.#directory, rows[0].byteLength * left)
      this.#writer = await NpyWriter.create(this.path, this.dtype, this.shape)
    }
    if (rows.length > 0) await this.#writer!.append(...rows)
    return entries
  }

  /** Adds the recording's frames to `rows` where they fit the others. */
  #entry(file: string, { data, sensor, format, bytes, modified, checksum, ...facts }: ImportedFile, rows: ImportedFile['data'][]): JournalEntry {
    const problems = [...facts.problems]
    this.#first ??= { file, sensor }
    if (sensor.join() !== this.#first.sensor.join()) {
      const sizes = `${sizeText(this.#first.sensor)} in ${this.#first.file}, ${sizeText(sensor)} in ${file}`
      if (this.#framing.resize === null && this.#given) return { bytes, modified, skipped: `its sensor differs from the dataset's (${sizes}), whose frames keep the sensor's size` }
      if (this.#framing.resize === null) throw new UnusableError(`${this.#folder}: the recordings come from sensors of different sizes: ${sizes}. Choose a size that all frames are resized to.`)
      problems.push({ severity: 'info', message: `Sensors differ (${sizes}): these frames were resized from their own size` })
    }
    rows.push(data)
    const { hash, events, kept, durationUs } = facts
    return { bytes, modified, imported: { sample: { hash, events, ...(kept !== undefined && { kept }), durationUs, problems }, format, sensor: [...sensor], rowBytes: data.byteLength, checksum } }
  }

  /** Completes the file and waits until it is on the disk. */
  async finish(): Promise<void> {
    await this.#writer?.finish()
    this.#writer = null
  }

  async close(): Promise<void> {
    await this.#writer?.close()
    this.#writer = null
  }
}

/** Counts fit into uint16; normalized or resized frames, time surfaces and voxel grids need float32. */
export function dtypeOf(framing: Framing): 'float32' | 'uint16' {
  const { resize, normalize, representation } = fullFraming(framing)
  return resize === null && normalize === 'none' && (representation === 'counts' || representation === 'binary') ? 'uint16' : 'float32'
}

async function checkSpace(directory: string, needed: number): Promise<void> {
  const disk = await statfs(directory).catch(() => null)
  // Some file systems don't know their size.
  if (!disk || disk.blocks === 0) return
  const free = disk.bavail * disk.bsize
  const [unit, name] = needed < 1e6 ? [1e3, 'kB'] : needed < 1e9 ? [1e6, 'MB'] : [1e9, 'GB']
  const size = (bytes: number): string => `${(bytes / unit).toFixed(bytes < 10 * unit ? 2 : 0)} ${name}`
  if (free < needed) throw new DatasetError(`${directory}: the frames need ${size(needed)}, but the disk has only ${size(free)} free. Free some space, or choose a smaller size or fewer timesteps.`)
}

function sizeText([height, width]: readonly [number, number]): string {
  return `${width}x${height}`
}

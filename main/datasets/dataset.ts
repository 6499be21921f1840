import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { fileKinds, refuseNewer } from '../versioned.ts'
import { DatasetError, errorCode, messageOf } from './errors.ts'
import { PictureScale, repeatFrame } from './images/frame.ts'
import { framingKey } from './framing.ts'
import { NpyReader } from './npy.ts'
import { datasetManifestSchema, type DatasetManifest } from './schema.ts'

export const manifestFile = 'manifest.json'
export const framesFile = 'frames.npy'
/** Frames of a dataset that has grown, until they take the place of frames.npy: the manifest decides which are its own. */
export const nextFramesFile = 'frames.next.npy'

/** Frames up to this many bytes stay in memory once read (as stored); larger ones are read from the disk every time. SACCADE_MEMORY: people's own bound. */
const memoryLimit = Number(process.env['SACCADE_MEMORY']) || Math.min(2 * 2 ** 30, Math.floor(totalmem() / 4))

type StoredFrames = Float32Array | Uint16Array | Uint8Array

/** An imported dataset, checked and open for reading. Synchronous; opening reads only the manifest and a header. */
export class Dataset {
  readonly directory: string
  readonly manifest: DatasetManifest
  /** [T, C, H, W] of one sample. */
  readonly shape: readonly [number, number, number, number]
  /** Values of one sample. */
  readonly sampleLength: number
  /** Class index of every sample. */
  readonly labels: Int32Array
  /** Rows of the training and of the test split, ascending. */
  readonly train: Int32Array
  readonly test: Int32Array
  /** How stored pictures become frames; null for events, whose frames are stored as they are. */
  readonly pictures: PictureScale | null
  #frames: NpyReader
  #kept: StoredFrames | undefined
  #known: Uint8Array
  #row: StoredFrames
  /** A picture's frames, normalized and repeated. */
  #shown: Float32Array

  constructor(directory: string, manifest: DatasetManifest, frames: NpyReader, keepBytes: number) {
    this.directory = directory
    this.manifest = manifest
    this.shape = manifest.shape
    this.pictures = manifest.kind === 'images' ? new PictureScale(manifest) : null
    this.sampleLength = manifest.shape.reduce((product, size) => product * size, 1)
    this.#shown = new Float32Array(this.pictures ? this.sampleLength : 0)
    this.labels = Int32Array.from(manifest.samples, (sample) => sample.label)
    this.train = rowsOf(manifest, 'train')
    this.test = rowsOf(manifest, 'test')
    const kind = { float32: Float32Array, uint16: Uint16Array, uint8: Uint8Array }[manifest.dtype]
    const values = manifest.samples.length * frames.rowLength
    this.#frames = frames
    // Zeroed pages cost nothing until a sample is read into them.
    this.#kept = values * kind.BYTES_PER_ELEMENT <= keepBytes ? new kind(values) : undefined
    this.#known = new Uint8Array(this.#kept ? manifest.samples.length : 0)
    this.#row = new kind(this.#kept ? 0 : frames.rowLength)
  }

  get count(): number {
    return this.manifest.samples.length
  }

  /** One sample [T, C, H, W] as a network sees it: a view that is valid until the next call. Don't write to it. */
  sample(index: number): Float32Array | Uint16Array {
    const stored = this.stored(index)
    if (!(stored instanceof Uint8Array)) return stored
    const [timesteps] = this.shape
    this.pictures?.apply(stored, this.#shown)
    repeatFrame(this.#shown, this.sampleLength / timesteps, timesteps)
    return this.#shown
  }

  /** The stored values of one sample: [T, C, H, W], of pictures [1, C, H, W]. A view, valid until the next call. Don't write to it. */
  stored(index: number): StoredFrames {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`${this.directory}: sample ${index} of ${this.count}`)
    if (!this.#kept) {
      this.#frames.read(index, this.#row)
      return this.#row
    }
    const { rowLength } = this.#frames
    const view = this.#kept.subarray(index * rowLength, (index + 1) * rowLength)
    if (!this.#known[index]) {
      this.#frames.read(index, view)
      this.#known[index] = 1
    }
    return view
  }

  /** Copies samples one after the other into `out` [indices, T, C, H, W]. */
  readSamples(indices: ArrayLike<number>, out: Float32Array): void {
    if (out.length < indices.length * this.sampleLength) throw new RangeError(`readSamples: ${out.length} values hold no ${indices.length} samples of ${this.sampleLength}`)
    for (let i = 0; i < indices.length; i++) out.set(this.sample(indices[i]!), i * this.sampleLength)
  }

  close(): void {
    this.#frames.close()
    this.#kept = undefined
  }
}

/**
 * Opens datasets/<id> and checks manifest and frames.npy against each other.
 * @param options.keepBytes frames up to this size stay in memory once read
 * @throws DatasetError naming the file that is missing, damaged or doesn't fit the other
 */
export function openDataset(directory: string, options: { keepBytes?: number } = {}): Dataset {
  const manifest = readManifest(directory)
  const path = framesPath(directory, manifest)
  const frames = new NpyReader(path)
  const { dtype, shape } = frames.header
  const [timesteps, ...frame] = manifest.shape
  const expected = [manifest.samples.length, manifest.kind === 'images' ? 1 : timesteps, ...frame]
  if (dtype !== manifest.dtype || shape.join() !== expected.join()) {
    frames.close()
    throw new DatasetError(`${path}: holds ${dtype} of shape (${shape.join(', ')}), but ${manifestFile} says ${manifest.dtype} (${expected.join(', ')}). ${importAgain}`)
  }
  return new Dataset(directory, manifest, frames, options.keepBytes ?? memoryLimit)
}

/** The file with the frames of this manifest: frames.npy, or what was to replace it when an update was killed at its last step. */
export function framesPath(directory: string, { samples }: Pick<DatasetManifest, 'samples'>): string {
  const next = join(directory, nextFramesFile)
  if (!existsSync(next)) return join(directory, framesFile)
  try {
    const reader = new NpyReader(next)
    reader.close()
    return reader.header.shape[0] === samples.length ? next : join(directory, framesFile)
  } catch {
    // Half-written.
    return join(directory, framesFile)
  }
}

const importAgain = 'One of them was replaced or edited: import the dataset again.'

/** @throws DatasetError where manifest.json is missing, unreadable or does not agree with itself; NewerFileError where a newer Saccade wrote it */
export function readManifest(directory: string): DatasetManifest {
  const path = join(directory, manifestFile)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new DatasetError(`${path}: the file is missing: no dataset, or one whose import was not finished. Start the import again.`, { cause: error })
    if (errorCode(error) !== undefined) throw error
    throw new DatasetError(`${path}: not valid JSON (${messageOf(error)}). Import the dataset again.`, { cause: error })
  }
  refuseNewer(path, content, fileKinds.dataset)
  const parsed = datasetManifestSchema.safeParse(content)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new DatasetError(`${path}: not a manifest of this version: ${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'unknown'}. Import the dataset again.`)
  }
  const manifest = parsed.data
  const wrong = manifest.samples.find((sample) => sample.label < 0 || sample.label >= manifest.classes.length)
  if (wrong) throw new DatasetError(`${path}: sample ${wrong.file} has label ${wrong.label}, but there are ${manifest.classes.length} classes. ${importAgain}`)
  if (datasetHash(manifest) !== manifest.hash) throw new DatasetError(`${path}: the samples, labels, split or framing don't have the hash that was stored with them: the file was edited. Import the dataset again.`)
  return manifest
}

/** SHA-256 over the sample hashes, labels, split, framing and filters: changes when the data does. */
export function datasetHash(dataset: Pick<DatasetManifest, 'classes' | 'framing' | 'filters' | 'samples' | 'normalization'>): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify({ classes: dataset.classes, framing: framingKey(dataset.framing, dataset.filters) }))
  if (dataset.normalization) hash.update(JSON.stringify(dataset.normalization))
  for (const { hash: content, label, split, cut } of dataset.samples) hash.update(`\n${content} ${label} ${split}${cut ? ` ${cut.join(' ')}` : ''}`)
  return hash.digest('hex')
}

function rowsOf(manifest: DatasetManifest, split: 'train' | 'test'): Int32Array {
  return Int32Array.from(manifest.samples.flatMap((sample, row) => (sample.split === split ? [row] : [])))
}

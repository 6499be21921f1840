import type { Filter, FilterReport, RecordingFacts } from '../events/schema.ts'
import type { Survey } from '../events/survey.ts'
import type { TextLines, TextReading } from '../events/text-reading.ts'
import type { Conversion, Converted } from '../events/writers/convert.ts'
import type { StarterFile } from '../events/simulate/starter.ts'
import type { BatchTask, PreparedBatch } from './batch-task.ts'
import type { FrameTensor } from './frames.ts'
import type { ImageBlock, ImageSet } from './images/image-set.ts'
import type { ImportedBlock } from './images/read-block.ts'
import type { ImportedFile } from './import-file.ts'
import type { GrowingFacts } from './looked-at.ts'
import type { FolderScan } from './scan.ts'
import type { FolderPreview, Framing } from './schema.ts'
import type { EventRate, EventSlice } from './view.ts'

/** What filters did to a recording, where there are any. */
interface Reported {
  filtered?: FilterReport
}

/** A recording that someone looks at. */
interface Looked {
  path: string
  /** Folder where indexes of long recordings are kept; without it none are. */
  index?: string
}

/** What runs in a data worker: name -> input and output. Inputs and outputs are plain data and typed arrays. */
export interface Tasks {
  /** Facts of a recording, read once from end to end. */
  inspect: { input: Looked; output: RecordingFacts }
  /** Reads a recording on for about `ms`, at least to its first events: facts of the part read so far. */
  readOn: { input: Looked & { ms: number }; output: GrowingFacts }
  /** Events with from <= t - tFirst < to (µs), at most `limit`; while `readOn` is at it, of the part read so far. */
  events: { input: Looked & { from: number; to: number; limit: number; filters?: readonly Filter[] }; output: EventSlice & Reported }
  /** Events per polarity in `bins` equal parts of the duration; while `readOn` is at it, of the part read so far. */
  rate: { input: Looked & { bins: number; filters?: readonly Filter[] }; output: EventRate & Reported }
  /** The frames that a network sees of a recording. */
  frames: { input: Looked & { framing: Framing; filters?: readonly Filter[] }; output: FrameTensor & Reported }
  preview: { input: { folder: string; labels?: string | null }; output: FolderPreview }
  scan: { input: { folder: string; labels: string | null }; output: FolderScan }
  /** Hash, facts, hot pixels and rate curve of a file, read in one streaming pass; a file that is no recording is one too. */
  survey: { input: { file: string }; output: Survey }
  /** The first lines of a text, and how they are read where somebody told as `reading` says. */
  previewText: { input: { file: string; reading: TextReading | null }; output: TextLines }
  /** Writes one simulated recording; gives its path. */
  simulate: { input: { folder: string; file: StarterFile }; output: string }
  /** Writes a recording in another format. `shared`: see convert.ts. */
  convert: { input: { conversion: Omit<Conversion, 'check' | 'onProgress'>; shared: Float64Array<SharedArrayBuffer> }; output: Converted }
  /** The static pictures of a folder; null where it holds none. */
  findImages: { input: { folder: string; labels: string | null }; output: ImageSet | null }
  /** Some pictures of an import: decoded, hashed, resized. */
  importBlock: { input: { set: Pick<ImageSet, 'kind' | 'folder' | 'channels'>; block: ImageBlock; size: readonly [number, number]; resize: boolean }; output: ImportedBlock }
  /** A training batch, filled and augmented ahead of its step. */
  batch: { input: BatchTask; output: PreparedBatch }
  /** One file of an import: decoded, hashed, framed. */
  importFile: { input: { path: string; framing: Framing; dtype: 'float32' | 'uint16'; filters?: readonly Filter[]; cut?: readonly [number, number] }; output: ImportedFile }
}
export type TaskName = keyof Tasks

/** How data workers read texts. */
export interface WorkerTexts {
  /** File of the readings that the library keeps. */
  readonly texts?: string | undefined
  /** How all texts are read, where somebody says so for now. */
  readonly text?: TextReading | undefined
}

export interface TaskMessage {
  readonly id: number
  readonly name: TaskName
  readonly input: Tasks[TaskName]['input']
  /** One shared number: 1 once the caller has given up. */
  readonly cancelled: Int32Array<SharedArrayBuffer>
}

export type TaskReply =
  | { readonly id: number; readonly ok: true; readonly output: Tasks[TaskName]['output'] }
  | { readonly id: number; readonly ok: false; readonly error: PlainError }

/** An error as it crosses between threads. */
export interface PlainError {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly path?: string | undefined
  readonly offset?: number | undefined
}

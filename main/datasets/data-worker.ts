/** A worker thread of DataPool: decodes, frames and simulates, one task after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { writeStarterRecording } from '../events/simulate/starter.ts'
import { openFile } from '../events/source.ts'
import { survey } from '../events/survey.ts'
import { isText, previewText } from '../events/formats/arrays/text-preview.ts'
import { prepared } from '../events/preparation.ts'
import { RecordingError } from '../events/recording.ts'
import { useTextReadings } from '../events/text-reading.ts'
import { readingsIn } from '../events/text-readings-file.ts'
import { prepareBatch } from './batch-task.ts'
import { convertShared } from './convert.ts'
import { FilteredCache } from './filtered.ts'
import { batchesToFrames } from './frames.ts'
import { findImages } from './images/find.ts'
import { readBlock } from './images/read-block.ts'
import { importCut, importFile } from './import-file.ts'
import { LookedAtCache } from './looked-at.ts'
import { toPlainError } from './plain-error.ts'
import { previewImages } from './images/preview.ts'
import { previewFolder } from './preview.ts'
import { scanFolder } from './scan.ts'
import type { TaskMessage, TaskName, TaskReply, Tasks, WorkerTexts } from './tasks.ts'
import { rateOf, sliceOf } from './view.ts'

/** @param check throws where the caller has given up: call it now and then */
type Handler<K extends TaskName> = (input: Tasks[K]['input'], check: () => void) => Tasks[K]['output'] | Promise<Tasks[K]['output']>

const { texts, text } = (workerData ?? {}) as WorkerTexts
const kept = texts === undefined ? () => null : readingsIn(texts)
// What was said on the command line goes before what is kept.
useTextReadings(text ? (path) => ({ ...kept(path), ...text }) : kept)

const recordings = new LookedAtCache()
const filtered = new FilteredCache()

const handlers: { [K in TaskName]: Handler<K> } = {
  inspect: ({ path, index }, check) => recordings.get(path, { index }).whole(check).recording,
  readOn({ path, index, ms }, check) {
    const look = recordings.get(path, { index })
    look.followed = true
    look.advance(ms, check)
    recordings.trim()
    return look.facts()
  },
  events({ path, index, from, to, limit, filters = [] }, check) {
    const look = recordings.get(path, { index })
    if (filters.length === 0) {
      if (!look.followed) look.advance(Infinity, check)
      return look.slice(from, to, limit)
    }
    const whole = look.whole(check)
    const { batches, totals, report } = filtered.get(whole, filters, check)
    // Filters leave the recording's own clock as it is: µs count from its first event, filtered away or not.
    return { ...sliceOf(batches(), { ...whole.totals, events: totals.events }, from, to, limit), ...(report && { filtered: report }) }
  },
  rate({ path, index, bins, filters = [] }, check) {
    const look = recordings.get(path, { index })
    if (filters.length === 0) {
      if (!look.followed) look.advance(Infinity, check)
      return look.rate(bins)
    }
    const whole = look.whole(check)
    const { batches, report } = filtered.get(whole, filters, check)
    return { ...rateOf(batches(), whole.totals, bins), ...(report && { filtered: report }) }
  },
  frames({ path, index, framing, filters = [] }, check) {
    const { batches, totals, sensor, report } = filtered.get(recordings.get(path, { index }).whole(check), filters, check)
    return { ...batchesToFrames(batches(), totals, sensor, framing), ...(report && { filtered: report }) }
  },
  preview: async ({ folder, labels = null }, check) => (await previewImages(folder, labels)) ?? previewFolder(folder, labels, check),
  scan: ({ folder, labels }) => scanFolder(folder, labels),
  previewText: ({ file, reading }) => {
    const source = openFile(file)
    try {
      if (isText(source)) return previewText(source, reading)
      throw new RecordingError(file, source.size === 0 ? 'the file is empty' : 'this is no text')
    } finally {
      source.close()
    }
  },
  batch: (task) => prepareBatch(task),
  survey: ({ file }, check) => survey(file, check),
  simulate: ({ folder, file }) => writeStarterRecording(folder, file),
  convert: ({ conversion, shared }, check) => convertShared(conversion, shared, check),
  findImages: ({ folder, labels }) => findImages(folder, labels),
  importBlock: ({ set, block, size, resize }, check) => readBlock(set, block, size, resize, check),
  importFile: ({ path, cut, ...rule }, check) => (cut ? importCut(path, cut, rule, check) : importFile(path, rule, check)),
}

function run<K extends TaskName>(name: K, input: Tasks[K]['input'], check: () => void): Tasks[K]['output'] | Promise<Tasks[K]['output']> {
  return handlers[name](input, check)
}

/** The buffers of an output: moved to the pool's thread instead of copied. Outputs are new with every task. */
function buffersOf(output: unknown): ArrayBuffer[] {
  if (typeof output !== 'object' || output === null) return []
  const buffers = Object.values(output).flatMap((value) => (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : []))
  return [...new Set(buffers)]
}

parentPort?.on('message', (message: TaskMessage) => void answer(message))

async function answer({ id, name, input, cancelled }: TaskMessage): Promise<void> {
  const check = () => {
    if (Atomics.load(cancelled, 0) !== 0) throw new Error('given up')
  }
  let reply: TaskReply
  try {
    check()
    reply = { id, ok: true, output: await prepared(() => run(name, input, check)) }
  } catch (error) {
    reply = { id, ok: false, error: toPlainError(error) }
  }
  parentPort?.postMessage(reply, reply.ok ? buffersOf(reply.output) : [])
}

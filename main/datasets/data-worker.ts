/** A worker thread of DataPool: decodes, frames and simulates, one task after the other. */
import { parentPort } from 'node:worker_threads'
import { writeStarterRecording } from '../events/simulate/starter.ts'
import { EventStatistics } from '../events/statistics.ts'
import { convertShared } from './convert.ts'
import { DecodedCache } from './decode.ts'
import { FilteredCache } from './filtered.ts'
import { batchesToFrames } from './frames.ts'
import { importCut, importFile } from './import-file.ts'
import { toPlainError } from './plain-error.ts'
import { previewFolder } from './preview.ts'
import { scanFolder } from './scan.ts'
import type { TaskMessage, TaskName, TaskReply, Tasks } from './tasks.ts'
import { rateOf, sliceOf } from './view.ts'

/** @param check throws where the caller has given up: call it now and then */
type Handler<K extends TaskName> = (input: Tasks[K]['input'], check: () => void) => Tasks[K]['output']

const recordings = new DecodedCache()
const filtered = new FilteredCache()

const handlers: { [K in TaskName]: Handler<K> } = {
  inspect({ path }, check) {
    const { recording, bytes, batches } = recordings.get(path, check)
    const statistics = new EventStatistics()
    for (const batch of batches()) statistics.add(batch)
    return statistics.facts(path, bytes, recording)
  },
  events({ path, from, to, limit, filters = [] }, check) {
    const decoded = recordings.get(path, check)
    const { batches, totals, report } = filtered.get(decoded, filters, check)
    // Filters leave the recording's own clock as it is: µs count from its first event, filtered away or not.
    return { ...sliceOf(batches(), { ...decoded.totals, events: totals.events }, from, to, limit), ...(report && { filtered: report }) }
  },
  rate({ path, bins, filters = [] }, check) {
    const decoded = recordings.get(path, check)
    const { batches, report } = filtered.get(decoded, filters, check)
    return { ...rateOf(batches(), decoded.totals, bins), ...(report && { filtered: report }) }
  },
  frames({ path, framing, filters = [] }, check) {
    const { batches, totals, sensor, report } = filtered.get(recordings.get(path, check), filters, check)
    return { ...batchesToFrames(batches(), totals, sensor, framing), ...(report && { filtered: report }) }
  },
  preview: ({ folder, labels = null }, check) => previewFolder(folder, labels, check),
  scan: ({ folder, labels }) => scanFolder(folder, labels),
  simulate: ({ folder, file }) => writeStarterRecording(folder, file),
  convert: ({ conversion, shared }, check) => convertShared(conversion, shared, check),
  importFile: ({ path, framing, dtype, cut }, check) => (cut ? importCut(path, cut, framing, dtype, check) : importFile(path, framing, dtype, check)),
}

function run<K extends TaskName>(name: K, input: Tasks[K]['input'], check: () => void): Tasks[K]['output'] {
  return handlers[name](input, check)
}

/** The buffers of an output: moved to the pool's thread instead of copied. Outputs are new with every task. */
function buffersOf(output: unknown): ArrayBuffer[] {
  if (typeof output !== 'object' || output === null) return []
  const buffers = Object.values(output).flatMap((value) => (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : []))
  return [...new Set(buffers)]
}

parentPort?.on('message', ({ id, name, input, cancelled }: TaskMessage) => {
  const check = () => {
    if (Atomics.load(cancelled, 0) !== 0) throw new Error('given up')
  }
  let reply: TaskReply
  try {
    check()
    reply = { id, ok: true, output: run(name, input, check) }
  } catch (error) {
    reply = { id, ok: false, error: toPlainError(error) }
  }
  parentPort?.postMessage(reply, reply.ok ? buffersOf(reply.output) : [])
})

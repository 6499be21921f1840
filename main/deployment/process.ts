/**
 * Entry "deployment-process": one export or inference in a process of its own, because session.run blocks its thread.
 * Started by launcher.ts.
 */
import { onnxRuntime } from '../engines/onnxruntime.ts'
import { useTextReadings } from '../events/text-reading.ts'
import { readingsIn } from '../events/text-readings-file.ts'
import { serveTask } from '../training/task-host.ts'
import { exportModel } from './export.ts'
import { infer } from './infer.ts'
import type { ExportInput, InferInput } from './launcher.ts'
import type { InferenceResult, ModelRecord } from './schema.ts'

serveTask<ExportInput | InferInput, number, ModelRecord | InferenceResult>((input, signal, report) => {
  const engine = onnxRuntime()
  switch (input.kind) {
    case 'export':
      return exportModel({ ...input, engine, signal, onProgress: report })
    case 'infer':
      if (input.texts !== undefined) useTextReadings(readingsIn(input.texts))
      return infer(input.model, input.recording, engine, input.withInput)
  }
})

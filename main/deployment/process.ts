/**
 * Entry "deployment-process": one export or inference in a process of its own, because session.run blocks its thread.
 * Started by launcher.ts.
 */
import { onnxRuntime } from '../engines/onnxruntime.ts'
import { useTextReadings } from '../events/text-reading.ts'
import { readingsIn } from '../events/text-readings-file.ts'
import { serveTask } from '../training/task-host.ts'
import { measureModel } from './bench/measure.ts'
import type { ModelBenchRow } from './bench/schema.ts'
import { compareOnDataset } from './compare/on-dataset.ts'
import { compareOnRecording } from './compare/on-recording.ts'
import type { ModelComparison } from './compare/schema.ts'
import { exportModel } from './export.ts'
import { importModel } from './import-model.ts'
import { infer } from './infer.ts'
import type { ModelGraphs } from './graph/schema.ts'
import type { BenchInput, CompareInput, Done, ExportInput, GraphInput, ImportInput, InferInput, LookInput } from './launcher.ts'
import { lookAtModelFile } from './model-file.ts'
import { modelGraphs } from './model-graphs.ts'
import type { ImportedModel, InferenceResult, ModelFileFacts, ModelRecord } from './schema.ts'

type Input = ExportInput | InferInput | ImportInput | LookInput | GraphInput | BenchInput | CompareInput
type Result = ModelRecord | InferenceResult | ImportedModel | ModelFileFacts | ModelGraphs | ModelComparison | { rows: ModelBenchRow[]; memory: number }

serveTask<Input, number | Done, Result>(async (input, signal, report) => {
  const engine = onnxRuntime()
  switch (input.kind) {
    case 'export':
      return exportModel({ ...input, engine, signal, onProgress: report })
    case 'infer':
      if (input.texts !== undefined) useTextReadings(readingsIn(input.texts))
      return infer(input.model, input.recording, engine, input.withInput)
    case 'import':
      return importModel({ ...input, engine })
    case 'look':
      return lookAtModelFile(input.file)
    case 'bench':
      return measureModel({ ...input, engine })
    case 'compare': {
      const { models, on, texts } = input
      if (texts !== undefined) useTextReadings(readingsIn(texts))
      const context = { engine, signal, onProgress: (done: number, total: number) => report({ done, total }) }
      return on.kind === 'dataset' ? compareOnDataset(models, on.folder, on.split, context) : compareOnRecording(models, on.path, context)
    }
    case 'graph':
      return modelGraphs(input.model, input.network)
  }
})

import type { Engine } from '../engines/engine.ts'
import { ForeignRunner } from './foreign/runner.ts'
import type { ModelFile } from './model-file.ts'
import type { ModelRunner } from './runner.ts'
import { StepRunner } from './step-runner.ts'
import { WindowRunner } from './window-runner.ts'

/** Makes a model's file ready to run on whole samples, whatever its format. @throws EngineError where the runtime can't load it */
export function openModel(engine: Engine, { onnx, metadata }: Pick<ModelFile, 'onnx' | 'metadata'>): Promise<ModelRunner> {
  const { format, shape, labels, states = [], foreign } = metadata
  if (foreign) return ForeignRunner.open(engine, onnx, foreign, metadata)
  return format === 'step' ? StepRunner.open(engine, onnx, shape, labels.length, states) : WindowRunner.open(engine, onnx, shape, labels.length, metadata)
}

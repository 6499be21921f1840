import type { Engine } from './engine.ts'
import { onnxRuntime } from './onnxruntime.ts'
import type { Device } from './schema.ts'
import { tensorFlow } from './tensorflow/tensorflow.ts'

/** The engine that runs programs on a device. */
export function engineFor(device: Device): Engine {
  return device === 'tensorflow' ? tensorFlow() : onnxRuntime()
}

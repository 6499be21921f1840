import { createRequire } from 'node:module'
import type { LoadedTensorFlow, TensorFlow } from '../../main/engines/tensorflow/library.ts'

/** TensorFlow.js with its own JavaScript backend: everywhere, and slow. */
export async function javascriptTensorFlow(): Promise<LoadedTensorFlow> {
  const require = createRequire(import.meta.url)
  const tf = require('@tensorflow/tfjs-core') as TensorFlow
  require('@tensorflow/tfjs-backend-cpu')
  await tf.setBackend('cpu')
  return { tf, name: '@tensorflow/tfjs-backend-cpu', version: tf.version_core }
}

/** The smallest trainings, for tests and for the processes that they start (which know no test runner). */
import type { CallInput, NetworkDescription } from '../../preload/contract/index.ts'

/** One convolution. @param channels of its output */
export const tinyNetworkOf = (channels: number): NetworkDescription => ({
  name: 'tiny',
  neuron: { tau: 2, threshold: 1, reset: 'hard', resetValue: 0, detachReset: false, surrogate: 'triangle', alpha: 1 },
  layers: [{ type: 'conv', out: channels, kernel: 3, stride: 1, padding: 1, pool: { kind: 'average', size: 4, stride: 4, padding: 0 } }],
})

export const tinyNetwork = tinyNetworkOf(8)

/** A run that takes about a second. */
export function tinyRun(dataset: string, changes: Partial<CallInput<'runs.start'>> = {}): CallInput<'runs.start'> {
  return {
    name: 'tiny',
    dataset,
    network: tinyNetwork,
    method: { name: 'trt' },
    optimizer: { name: 'adam' },
    learningRate: 0.01,
    epochs: 3,
    batchSize: 8,
    augmentation: { flip: false, roll: 1 },
    ...changes,
  }
}

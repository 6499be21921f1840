import { encodeNpyHeader } from '../datasets/npy.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { ModelRunner } from './runner.ts'

/** Samples that are kept with a file: enough to see classes differ, few enough to send along. */
const samples = 4

/** Little-endian .npy bytes of float32 values. */
export function npy(data: Float32Array, shape: readonly number[]): Uint8Array {
  const head = encodeNpyHeader('float32', shape)
  const bytes = new Uint8Array(head.length + data.byteLength)
  bytes.set(head)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length)
  return bytes
}

/**
 * Inputs of the test split and what the exported file gives for them, so that whoever takes it elsewhere sees at once whether it
 * still computes the same: golden-frames.npy [K, T, C, H, W], golden-logits.npy [K, classes], golden-logits-per-timestep.npy
 * [K, T, classes].
 */
export async function golden(runner: ModelRunner, dataset: Dataset): Promise<ReadonlyMap<string, Uint8Array>> {
  const rows = dataset.test.subarray(0, samples)
  const classes = dataset.manifest.classes.length
  const frames = new Float32Array(rows.length * dataset.sampleLength)
  dataset.readSamples(rows, frames)
  const { logits, perTimestep } = await runner.run(frames, rows.length)
  return new Map([
    ['golden-frames.npy', npy(frames, [rows.length, ...dataset.shape])],
    ['golden-logits.npy', npy(logits, [rows.length, classes])],
    ['golden-logits-per-timestep.npy', npy(perTimestep, [rows.length, dataset.shape[0], classes])],
  ])
}

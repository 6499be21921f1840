import { createRequire } from 'node:module'
import type * as tfjs from '@tensorflow/tfjs-core'
import { EngineError } from '../engine.ts'

/** TensorFlow.js's core, whichever backend computes. */
export type TensorFlow = typeof tfjs

export interface LoadedTensorFlow {
  readonly tf: TensorFlow
  /** Package that was loaded. */
  readonly name: string
  readonly version: string
}

/** Packages that bring TensorFlow's C library, the one for GPUs first. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const

/**
 * tfjs-node 4.22 (the latest, of 2024) calls two helpers of node:util that Node 23 removed (tensorflow/tfjs#8609): they are put
 * back before it is loaded.
 */
function mendUtil(load: NodeJS.Require): void {
  const util = load('node:util') as Record<string, unknown>
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  util['isArray'] ??= Array.isArray
}

/** First line of what went wrong, without the stack of requires below it. */
function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

/**
 * Loads TensorFlow with its C library, once per process.
 * @throws EngineError that says for each package why it can't be used, and what to do
 */
export async function loadTensorFlow(): Promise<LoadedTensorFlow> {
  const packagesHere = createRequire(import.meta.url)
  mendUtil(packagesHere)
  const faults: string[] = []
  for (const name of packages) {
    try {
      const tf = packagesHere(name) as TensorFlow & { readonly version: { readonly 'tfjs-core': string } }
      await tf.ready()
      if (tf.getBackend() !== 'tensorflow') throw new Error(`its backend is "${tf.getBackend()}", not TensorFlow`)
      return { tf, name, version: tf.version['tfjs-core'] }
    } catch (error) {
      faults.push(`${name}: ${reason(error)}`)
    }
  }
  throw new EngineError(
    `TensorFlow can't be loaded (${faults.join('; ')}). Its C library is not part of a plain install: ` +
      'run "npm rebuild --ignore-scripts=false @tensorflow/tfjs-node-gpu" where the internet is reachable, or train with ONNX Runtime.',
  )
}

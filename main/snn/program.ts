import type { MethodSettings, NetworkDescription } from './schema.ts'

/** A tensor that crosses the border of a program; float32. A dimension 'N' is free (exported models only). */
export interface Port {
  readonly name: string
  readonly shape: readonly (number | 'N')[]
}

/** A serialized graph with its ports. */
export interface Program {
  /** ONNX model, opset 17. */
  readonly onnx: Uint8Array
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** A trainable tensor, or a running statistic of batch norm. Names are stable: they key checkpoints. */
export interface VariableSpec {
  readonly name: string
  readonly shape: readonly number[]
  /**
   * weight: convolution or linear; gain, shift: batch norm; bias: linear; neuron: of a layer of neurons;
   * mean, variance: running statistics (not trained).
   */
  readonly role: 'weight' | 'gain' | 'shift' | 'bias' | 'neuron' | 'mean' | 'variance'
  /** Where it starts, instead of where its role does: at a number, or uniform within +-`within`. */
  readonly initial?: number | { readonly within: number }
  readonly fanIn: number
  readonly fanOut: number
}

/** What a network is for one input shape and class count. */
export interface NetworkInfo {
  readonly variables: readonly VariableSpec[]
  readonly parameters: number
  readonly macsPerTimestep: number
  /** Names of the neuron layers in forward order, e.g. "conv1". */
  readonly neuronLayers: readonly { readonly name: string; readonly neurons: number }[]
}

export interface NetworkShape {
  readonly network: NetworkDescription
  readonly classes: number
  /** [T, C, H, W] of one sample. */
  readonly shape: readonly [number, number, number, number]
  /**
   * Whether every timestep shows the same frame (static pictures): only the first one is read, and the first layer's convolution
   * and batch norm are computed once instead of T times, with the same numbers.
   */
  readonly still?: boolean
}

/**
 * One training step as one graph (snn/training-program.ts: `buildTrainingProgram(options: TrainingProgramOptions): TrainingProgram`).
 * Inputs: "frames" [T, B, C, H, W], "onehot" [B, classes], "learningRate" [1], for Adam and AdamW "correction1" [1] = 1 - beta1^k and
 * "correction2" [1] = 1 - beta2^k of step k = 1.., where the method's weights change over the epochs "elapsed" [1], the share of
 * them that is done, where the surrogate is drawn "draws" [5, 32768] and "places" [B] (snn/ops/zeroth-order.ts), every variable by its name and every optimizer state.
 * Outputs: "loss" [1], "logits" [T, B, classes], and "next/NAME" for each variable and optimizer state.
 * Optimizer states: Adam and AdamW "adam1/NAME", "adam2/NAME"; SGD "momentum/NAME"; RMSprop "square/NAME"; all start at zero.
 */
export interface TrainingProgram extends Program {
  readonly info: NetworkInfo
  /** Names (without "next/") of what goes in and comes out each step, with shapes: variables, then optimizer states. */
  readonly state: readonly { readonly name: string; readonly shape: readonly number[] }[]
}
export type OptimizerOptions =
  | { readonly name: 'adam' | 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly weightDecay: number }
  | { readonly name: 'sgd'; readonly momentum: number; readonly weightDecay: number }
  | { readonly name: 'rmsprop'; readonly alpha: number; readonly epsilon: number; readonly weightDecay: number }

export interface TrainingProgramOptions extends NetworkShape {
  readonly batch: number
  readonly method: MethodSettings
  readonly optimizer: OptimizerOptions
  /** Gradients are scaled down together where their norm over all parameters is larger; never where missing. */
  readonly clipNorm?: number | undefined
  /** Whether 3x3 convolutions are computed in Winograd's tiles where that pays on a CPU (graph/ops/winograd.ts); not where missing. */
  readonly winograd?: boolean | undefined
}

/**
 * Evaluation mode: running statistics, no gradient (snn/evaluation-program.ts: `buildEvaluationProgram(options: NetworkShape & { batch: number }): EvaluationProgram`).
 * Inputs: "frames" [T, B, C, H, W] and every variable by name. Outputs: "logits" [T, B, classes] and "rate/LAYER" [B]:
 * mean spikes per neuron and timestep of each sample, for each neuron layer.
 */
export interface EvaluationProgram extends Program {
  readonly info: NetworkInfo
}

/**
 * The deployed network, weights inside, batch norm folded (snn/window-program.ts:
 * `buildWindowProgram(options: NetworkShape & { weights: ReadonlyMap<string, Float32Array>; firingRates?: boolean; metadata?: Record<string, string> }): Program`).
 * Input "frames" [N, T, C, H, W]; outputs "logits" [N, classes], "logits_per_timestep" [N, T, classes] and, where asked, "rate/LAYER" [N].
 */
export type WindowProgram = Program

/** Initial values (snn/initial.ts: `initialVariables(info: NetworkInfo, seed: number): Map<string, Float32Array>`). */
export type Variables = Map<string, Float32Array>

/** What a model gives for some samples. */
export interface Answer {
  /** [count, classes], the mean over timesteps. */
  readonly logits: Float32Array
  /** [count, T, classes] */
  readonly perTimestep: Float32Array
  /** Spikes per neuron and timestep of each sample [count], by layer, where the model tells them. */
  readonly rates: ReadonlyMap<string, Float32Array>
}

/** An exported model made ready to run on whole samples, however its file computes them. */
export interface ModelRunner {
  /** @param frames [count, T, C, H, W] */
  run(frames: Float32Array, count: number): Promise<Answer>
  release(): Promise<void>
}

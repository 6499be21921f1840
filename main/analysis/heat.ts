/*
 * Where in the frame the spikes of a layer are that matter: one map for each timestep. Arrays are row-major; spikes [T, C, H, W].
 */

/** Steepness of the spike activation map's kernel, as in its authors' code. */
export const SAM_GAMMA = 0.5

/**
 * Spike activation map (Kim & Panda, Visual explanations from spiking neural networks using inter-spike intervals, Sci. Rep. 2021):
 * M(t) = sum over channels of N(t) S(t), N(t) = sum over a neuron's spikes t' <= t of exp(-gamma (t - t')): neurons with short
 * intervals between spikes count more. Needs neither gradients nor a class. The spike at t itself counts 1, as in the authors' code;
 * their code also adds a small number for timesteps without a spike, which the paper's formula has not, nor has this.
 * @returns [T, H, W], not negative
 */
export function spikeActivationMap(spikes: Float32Array, [timesteps, channels, high, wide]: readonly [number, number, number, number], gamma = SAM_GAMMA): Float32Array {
  const area = high * wide
  const map = new Float32Array(timesteps * area)
  const scores = new Float32Array(channels * area)
  const kept = Math.exp(-gamma)
  for (let t = 0; t < timesteps; t++) {
    for (let i = 0; i < scores.length; i++) {
      const spike = spikes[t * scores.length + i] ?? NaN
      const score = (scores[i] ?? 0) * kept + spike
      scores[i] = score
      const at = t * area + (i % area)
      map[at] = (map[at] ?? 0) + score * spike
    }
  }
  return map
}

/**
 * Grad-CAM (Selvaraju et al. 2017) of every timestep: ReLU(sum over channels of a(t) S(t)), a(t) the mean over pixels of the class's
 * gradient by the channel's spikes at t. Gradients of spikes are surrogate gradients, so the map is an approximation.
 * @param slopes of the spikes' shape @returns [T, H, W], not negative
 */
export function gradCam(spikes: Float32Array, slopes: Float32Array, [timesteps, channels, high, wide]: readonly [number, number, number, number]): Float32Array {
  const area = high * wide
  const map = new Float32Array(timesteps * area)
  for (let t = 0; t < timesteps; t++) {
    for (let c = 0; c < channels; c++) {
      const from = (t * channels + c) * area
      let weight = 0
      for (let i = 0; i < area; i++) weight += slopes[from + i] ?? NaN
      weight /= area
      for (let i = 0; i < area; i++) map[t * area + i] = (map[t * area + i] ?? 0) + weight * (spikes[from + i] ?? NaN)
    }
  }
  return map.map((value) => Math.max(0, value))
}

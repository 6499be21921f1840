import { Random } from '../random.ts'
import type { NetworkInfo, Variables, VariableSpec } from './program.ts'

/** Kaiming normal, fan out, ReLU gain (He et al. 2015), as the authors' `--init 1` for convolutions. */
function kaimingNormal(spec: VariableSpec, random: Random): Float32Array {
  const deviation = Math.sqrt(2 / spec.fanOut)
  return fill(spec, () => random.normal() * deviation)
}

/** PyTorch's default for linear layers: uniform within 1/sqrt(fan in), weights and bias. */
function uniformFanIn(spec: VariableSpec, random: Random): Float32Array {
  const bound = 1 / Math.sqrt(spec.fanIn)
  return fill(spec, () => (2 * random.uniform() - 1) * bound)
}

function fill({ shape }: VariableSpec, value: () => number): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value)
}

function initial(spec: VariableSpec, seed: number): Float32Array {
  // A stream for each variable: adding a layer leaves the others' values alone.
  const random = new Random(seed, `weights/${spec.name}`)
  const { initial: start } = spec
  if (typeof start === 'number') return fill(spec, () => start)
  if (start !== undefined) return fill(spec, () => (2 * random.uniform() - 1) * start.within)
  switch (spec.role) {
    case 'weight':
      return spec.shape.length === 4 ? kaimingNormal(spec, random) : uniformFanIn(spec, random)
    case 'bias':
      return uniformFanIn(spec, random)
    case 'gain':
    case 'variance':
      return fill(spec, () => 1)
    case 'shift':
    case 'neuron':
    case 'mean':
      return fill(spec, () => 0)
  }
}

/** Values before training, by variable name, as the TRT authors' code starts (methods: Kaiming normal for convolutions). */
export function initialVariables(info: NetworkInfo, seed: number): Variables {
  return new Map(info.variables.map((spec) => [spec.name, initial(spec, seed)]))
}

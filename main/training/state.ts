import type { HostTensor } from '../engines/engine.ts'
import type { StateTensor } from './checkpoint.ts'

interface Slots {
  /** By name, as a step reads it. */
  readonly inputs: Record<string, HostTensor>
  /** The same memory by "next/NAME", as a step writes it. */
  readonly outputs: Record<string, HostTensor>
}

/**
 * Variables and optimizer states of a run in two sets of preallocated memory: a step reads one and fills the other,
 * then they swap. No allocation and no copy from step to step.
 */
export class TrainingState {
  readonly #specs: readonly { readonly name: string; readonly shape: readonly number[] }[]
  #now: Slots
  #next: Slots

  /** All zero: the optimizer states' start. */
  constructor(specs: readonly { readonly name: string; readonly shape: readonly number[] }[]) {
    this.#specs = specs
    this.#now = allocate(specs)
    this.#next = allocate(specs)
  }

  get inputs(): Record<string, HostTensor> {
    return this.#now.inputs
  }

  get outputs(): Record<string, HostTensor> {
    return this.#next.outputs
  }

  swap(): void {
    ;[this.#now, this.#next] = [this.#next, this.#now]
  }

  /** Copies values in. `value` returns undefined where a tensor keeps what it has. */
  load(value: (name: string, shape: readonly number[]) => Float32Array | undefined): void {
    for (const { name, shape, data } of this.tensors) {
      const values = value(name, shape)
      if (values !== undefined) data.set(values)
    }
  }

  /** Current values, in the program's order. */
  get tensors(): StateTensor[] {
    return this.#specs.flatMap(({ name, shape }) => {
      const tensor = this.#now.inputs[name]
      return tensor === undefined ? [] : [{ name, shape, data: tensor.data }]
    })
  }
}

function allocate(specs: readonly { readonly name: string; readonly shape: readonly number[] }[]): Slots {
  const tensors = specs.map(({ name, shape }) => [name, hostTensor(shape)] as const)
  return { inputs: Object.fromEntries(tensors), outputs: Object.fromEntries(tensors.map(([name, tensor]) => [`next/${name}`, tensor])) }
}

/** Zeros of a shape. */
export function hostTensor(shape: readonly number[]): HostTensor {
  return { shape, data: new Float32Array(shape.reduce((size, n) => size * n, 1)) }
}

export const scalar = (): HostTensor => hostTensor([1])

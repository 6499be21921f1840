import { EngineError } from '../engine.ts'
import { Rewriting } from './model.ts'

/**
 * The same program without the operations that ONNX Runtime's WebGPU provider (1.30) lacks. It leaves those to the CPU without a
 * word: a Sum of two activations takes them off the GPU and back in every layer, forward and backward.
 */
export function forWebgpu(onnx: Uint8Array): Uint8Array {
  const program = new Rewriting(onnx)
  for (const node of program.nodes) {
    const { opType, input, output, attribute } = node
    const result = output[0] ?? ''
    if (opType === 'Sum' && input.length > 1) {
      input.slice(1).reduce((sum, term, i) => program.add('Add', [sum, term], {}, i === input.length - 2 ? result : undefined), input[0] ?? '')
    } else if (opType === 'LogSoftmax') {
      const axis = Number(attribute.find(({ name }) => name === 'axis')?.i ?? -1n)
      if (axis !== -1) throw new EngineError(`a LogSoftmax over axis ${axis} is in no program of ours`)
      const shifted = program.add('Sub', [input[0] ?? '', program.add('ReduceMax', [input[0] ?? ''], { axes: [-1] })])
      const sum = program.add('ReduceSum', [program.add('Exp', [shifted]), program.ints([-1])])
      program.add('Sub', [shifted, program.add('Log', [sum])], {}, result)
    } else program.keep(node)
  }
  return program.finish()
}

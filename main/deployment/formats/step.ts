import { buildStepProgram } from '../../snn/step-program.ts'
import { encodeMetadata } from '../metadata.ts'
import { judge, prove } from '../proof.ts'
import { StepRunner } from '../step-runner.ts'
import type { Exported, Format } from './format.ts'

/** One timestep, states in and out (snn/step-program.ts). */
export const stepFormat: Format = async (network, settings, onProgress): Promise<Exported> => {
  const { shape, weights, dataset, engine } = network
  let metadata: Record<string, string> = {}
  const program = buildStepProgram({ ...shape, weights, spikeCounts: settings.spikeCounts ?? false }, (states) => {
    metadata = encodeMetadata({ ...network.metadata, format: 'step', states: states.map((state) => ({ ...state, shape: [...state.shape] })) })
    return metadata
  })
  const open = (onnx: Uint8Array): Promise<StepRunner> => StepRunner.open(engine, onnx, dataset.shape, shape.classes, program.states)
  const withRates = buildStepProgram({ ...shape, weights, firingRates: true }).onnx
  const proof = await prove({ ...network, onnx: program.onnx, withRates, open, onProgress })
  judge(proof, network.own)
  return {
    file: 'model.onnx', bytes: program.onnx, metadata, proof, open: () => open(program.onnx),
    notes: [
      `Begin each sample with zeros in all ${program.states.length} states, hand "next/LAYER" on as "state/LAYER", and average the logits of the timesteps so far; it may stop early.`,
      'Potentials are those of the window model bit by bit; only the mean over time may differ in its last bit, with the order in which it is summed.',
    ],
  }
}

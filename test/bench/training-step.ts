import type { HostTensor } from '../../main/engines/engine.ts'
import type { Device } from '../../main/engines/schema.ts'
import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import type { TrainingProgram } from '../../main/snn/program.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'
import { hostTensor, scalar, TrainingState } from '../../main/training/state.ts'

export const [timesteps, channels, high, wide, classes] = [10, 2, 48, 48, 10]
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const

export interface BenchStep {
  readonly program: TrainingProgram
  readonly loss: HostTensor
  /** What the next step reads and fills; the call after it is for the step after that. */
  next(): { feeds: Record<string, HostTensor>; fetches: Record<string, HostTensor> }
}

/** The training step that is measured: VGGSNN, 48x48, T = 10, TRT, Adam, on random frames. */
export function benchStep(batch: number, device: Device = 'cpu'): BenchStep {
  const program = buildTrainingProgram({
    network: vggsnn.network, classes, shape: [timesteps, channels, high, wide], batch, optimizer: adam,
    method: { name: 'trt', eta: 0.001, lambda: 5e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
    winograd: device === 'cpu',
  })
  const state = new TrainingState(program.state)
  const weights = initialVariables(program.info, 1)
  state.load((name) => weights.get(name))
  const random = new Random(1, 'bench')
  const frames = hostTensor([timesteps, batch, channels, high, wide])
  for (let i = 0; i < frames.data.length; i++) frames.data[i] = random.uniform() < 0.1 ? 1 : 0
  const onehot = hostTensor([batch, classes])
  for (let b = 0; b < batch; b++) onehot.data[b * classes + random.below(classes)] = 1
  const [loss, logits, learningRate, correction1, correction2] = [scalar(), hostTensor([timesteps, batch, classes]), scalar(), scalar(), scalar()]
  learningRate.data[0] = 1e-3
  let k = 0
  return {
    program,
    loss,
    next() {
      if (k++ > 0) state.swap()
      correction1.data[0] = 1 - adam.beta1 ** k
      correction2.data[0] = 1 - adam.beta2 ** k
      return { feeds: { ...state.inputs, frames, onehot, learningRate, correction1, correction2 }, fetches: { ...state.outputs, loss, logits } }
    },
  }
}

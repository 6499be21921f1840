import type { Engine, HostTensor } from '../engines/engine.ts'
import type { Device } from '../engines/schema.ts'
import { Random } from '../random.ts'
import { initialVariables } from '../snn/initial.ts'
import { small } from '../snn/models/small.ts'
import type { TrainingProgram } from '../snn/program.ts'
import { buildTrainingProgram } from '../snn/training-program.ts'
import { hostTensor, scalar, TrainingState } from './state.ts'

/** What a device did in a few real training steps. */
export interface DeviceMeasurement {
  readonly samplesPerSecond: number
  /** Loss before each step. */
  readonly losses: readonly number[]
}

const [timesteps, batch, classes, side] = [10, 16, 10, 34]
/** The first steps compile kernels and fetch memory; losses are compared over all of them. */
const [steps, warmUp] = [5, 2]

/**
 * Takes a few training steps of the network Small on made-up events: the same weights and data on every device, so that their
 * losses can be compared.
 * @throws EngineError where the device can't be used
 */
export async function measureDevice(engine: Engine, device: Device): Promise<DeviceMeasurement> {
  const program: TrainingProgram = buildTrainingProgram({
    network: small.network,
    classes,
    shape: [timesteps, 2, side, side],
    batch,
    method: { name: 'trt', eta: 0.05, lambda: 5e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    winograd: device === 'cpu',
  })
  const state = new TrainingState(program.state)
  const weights = initialVariables(program.info, 42)
  state.load((name) => weights.get(name))
  const random = new Random(42, 'device measurement')
  const frames = hostTensor([timesteps, batch, 2, side, side])
  frames.data.forEach((_, i, data) => (data[i] = random.uniform() < 0.1 ? 1 + random.below(3) : 0))
  const onehot = hostTensor([batch, classes])
  for (let b = 0; b < batch; b++) onehot.data[b * classes + (b % classes)] = 1
  const fed: Record<string, HostTensor> = { frames, onehot, learningRate: scalar(), correction1: scalar(), correction2: scalar() }
  const loss = scalar()
  const loaded = await engine.load(program.onnx, { device })
  try {
    const losses: number[] = []
    let fastest = Infinity
    for (let k = 1; k <= steps; k++) {
      fed['learningRate']!.data[0] = 1e-3
      fed['correction1']!.data[0] = 1 - 0.9 ** k
      fed['correction2']!.data[0] = 1 - 0.999 ** k
      const started = performance.now()
      await loaded.run({ ...state.inputs, ...fed }, { ...state.outputs, loss })
      if (k > warmUp) fastest = Math.min(fastest, performance.now() - started)
      losses.push(loss.data[0] ?? NaN)
      state.swap()
    }
    return { samplesPerSecond: batch / (fastest / 1000), losses }
  } finally {
    await loaded.release()
  }
}

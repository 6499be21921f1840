/** One measurement of test/bench/training.ts in a process of its own, for its peak memory: node training-child.ts BATCH STEPS. */
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'
import { hostTensor, scalar, TrainingState } from '../../main/training/state.ts'

const [batch = 4, steps = 8] = process.argv.slice(2).map(Number)
const [timesteps, channels, high, wide, classes] = [10, 2, 48, 48, 10]
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
const program = buildTrainingProgram({
  network: vggsnn.network, classes, shape: [timesteps, channels, high, wide], batch, optimizer: adam,
  method: { name: 'trt', eta: 0.001, lambda: 5e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
})
const loaded = await onnxRuntime().load(program.onnx, { device: 'cpu' })
const state = new TrainingState(program.state)
const weights = initialVariables(program.info, 1)
state.load((name) => weights.get(name))
const random = new Random(1, 'bench')
const frames = hostTensor([timesteps, batch, channels, high, wide])
for (let i = 0; i < frames.data.length; i++) frames.data[i] = random.uniform() < 0.1 ? 1 : 0
const onehot = hostTensor([batch, classes])
for (let b = 0; b < batch; b++) onehot.data[b * classes + random.below(classes)] = 1
const [loss, logits, rate, one, two] = [scalar(), hostTensor([timesteps, batch, classes]), scalar(), scalar(), scalar()]
rate.data[0] = 1e-3
const seconds: number[] = []
for (let k = 1; k <= steps; k++) {
  one.data[0] = 1 - adam.beta1 ** k
  two.data[0] = 1 - adam.beta2 ** k
  const started = performance.now()
  await loaded.run({ ...state.inputs, frames, onehot, learningRate: rate, correction1: one, correction2: two }, { ...state.outputs, loss, logits })
  state.swap()
  seconds.push((performance.now() - started) / 1000)
}
if (!Number.isFinite(loss.data[0])) throw new Error('the loss is not finite')
process.stdout.write(JSON.stringify({ seconds, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }))

/**
 * One measurement of test/bench/snn5.ts in a process of its own, for its peak memory: node snn5-child.ts BATCH STEPS.
 * Prints seconds of a training step and of an inference batch (the exported model), and peak memory in MB.
 */
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { peakMemory } from '../../main/peak-memory.ts'
import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { snn5 } from '../../main/snn/models/snn5.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { hostTensor, scalar, TrainingState } from '../../main/training/state.ts'
import { median } from './turns.ts'

const [batch = 16, steps = 8] = process.argv.slice(2).map(Number)
const [timesteps, channels, high, wide, classes] = [4, 3, 32, 32, 10]
const network = { network: snn5.network, classes, shape: [timesteps, channels, high, wide], still: true } as const
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
const program = buildTrainingProgram({ ...network, batch, optimizer: adam, method: { name: 'tet', lambda: 0.05, phi: 1 }, winograd: true })
const loaded = await onnxRuntime().load(program.onnx, { device: 'cpu' })
const state = new TrainingState(program.state)
const weights = initialVariables(program.info, 1)
state.load((name) => weights.get(name))
const random = new Random(1, 'bench')
const frames = hostTensor([timesteps, batch, channels, high, wide])
const picture = frames.data.length / timesteps
for (let i = 0; i < picture; i++) frames.data[i] = random.normal()
for (let t = 1; t < timesteps; t++) frames.data.copyWithin(t * picture, 0, picture)
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
const peakMb = Math.round(peakMemory() / 2 ** 20)
await loaded.release()

const runner = await WindowRunner.open(onnxRuntime(), buildWindowProgram({ ...network, weights }).onnx, network.shape, classes)
const samples = new Float32Array(batch * timesteps * channels * high * wide)
for (let i = 0; i < samples.length; i++) samples[i] = random.normal()
const inference: number[] = []
for (let i = 0; i < 7; i++) {
  const started = performance.now()
  await runner.run(samples, batch)
  inference.push((performance.now() - started) / 1000)
}
await runner.release()
// The first runs fetch their memory from the system; the peer's figures leave them out too.
process.stdout.write(JSON.stringify({ step: median(seconds.slice(steps / 2)), inference: median(inference.slice(2)), peakMb }))

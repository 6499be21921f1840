/** npm run bench -- inference: latency, file size and memory of an exported VGGSNN (48x48, T = 10) in onnxruntime: window, step and 8 bits, beside PyTorch's forward pass. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { quantile } from '../../main/deployment/bench/measure.ts'
import { quantize } from '../../main/deployment/int8/quantize.ts'
import type { ModelRunner } from '../../main/deployment/runner.ts'
import { StepRunner } from '../../main/deployment/step-runner.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { buildStepProgram } from '../../main/snn/step-program.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import type { BenchResult, BenchRow } from './run.ts'

const frame = [2, 48, 48] as const
const classes = 10
const peerScript = '../shared/bench/pytorch_vggsnn.py'

/** Seconds of one forward pass in PyTorch; undefined where python3-torch or the script is absent. */
function peerSeconds(batch: number, timesteps: number): number | undefined {
  if (!existsSync(peerScript)) {
    console.error(`no peer: ${peerScript} is absent`)
    return undefined
  }
  try {
    const line = execFileSync('/usr/bin/python3', [peerScript, String(batch), String(timesteps), '2', '0'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return (JSON.parse(line) as { infer_s: number }).infer_s
  } catch (error) {
    console.error(
      `no peer (apt-get install python3-torch): ${error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error)}`,
    )
    return undefined
  }
}

/** The three ONNX formats of one network, ready to run; the input of the 8-bit one is binary, which 8 bits hold. */
async function formats(network: NetworkShape, weights: ReadonlyMap<string, Float32Array>): Promise<{ name: string; bytes: number; runner: ModelRunner }[]> {
  const engine = onnxRuntime()
  const window = buildWindowProgram({ ...network, weights }).onnx
  const step = buildStepProgram({ ...network, weights })
  const int8 = quantize(window, { scale: 1, signed: false, exact: true }).onnx
  return [
    { name: 'window', bytes: window.length, runner: await WindowRunner.open(engine, window, network.shape, network.classes) },
    { name: 'step, all T', bytes: step.onnx.length, runner: await StepRunner.open(engine, step.onnx, network.shape, network.classes, step.states) },
    { name: 'int8 window', bytes: int8.length, runner: await WindowRunner.open(engine, int8, network.shape, network.classes) },
  ]
}

/**
 * Options: --batches 1,4 --repeats 7 --timesteps 10. The formats are run in turn, so that what else the machine does meets all of them. The
 * step's peer is the window of the same batch (issue: at most 1.2 of its time, a ratio of at least 0.83); the window's is PyTorch.
 */
export async function run(args: readonly string[] = []): Promise<BenchResult> {
  const { values } = parseArgs({ args: [...args], options: { batches: { type: 'string', default: '1,4' }, repeats: { type: 'string', default: '7' }, timesteps: { type: 'string', default: '10' } } })
  const [timesteps, repeats] = [Number(values.timesteps), Number(values.repeats)]
  const network: NetworkShape = { network: vggsnn.network, classes, shape: [timesteps, ...frame] }
  const weights = initialVariables(networkInfo(network), 1)
  const models = await formats(network, weights)
  const random = new Random(1, 'bench')
  const rows: BenchRow[] = []
  for (const batch of values.batches.split(',').map(Number)) {
    const frames = Float32Array.from({ length: batch * network.shape.reduce((a, b) => a * b, 1) }, () => Number(random.uniform() < 0.1))
    const times = models.map((): number[] => [])
    for (let i = 0; i < repeats + 2; i++) {
      for (const [m, { runner }] of models.entries()) {
        const started = performance.now()
        await runner.run(frames, batch)
        // The first runs fetch their memory from the system.
        if (i >= 2) times[m]?.push((performance.now() - started) / 1000)
      }
    }
    const at = (m: number, share: number): number => quantile((times[m] ?? []).toSorted((a, b) => a - b), share)
    const torch = peerSeconds(batch, timesteps)
    models.forEach(({ name }, m) => {
      const value = at(m, 0.5)
      const peer = m === 0 ? torch : at(0, 0.5)
      const label = `VGGSNN 48x48, T = ${timesteps}, batch ${batch}: ${name}`
      rows.push({ label: `${label}, p50`, value, unit: 's', ...(peer !== undefined && { peer, ratio: peer / value }) })
      rows.push({ label: `${label}, p95`, value: at(m, 0.95), unit: 's' })
    })
  }
  const [float] = models
  for (const { name, bytes } of models) rows.push({ label: `file: ${name}`, value: bytes / 1e6, unit: 'MB', ...(name !== float?.name && float && { peer: float.bytes / 1e6, ratio: float.bytes / bytes }) })
  rows.push({ label: 'memory of the process with all three loaded, at most', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' })
  for (const { runner } of models) await runner.release()
  return { name: 'Inference of the exported models (onnxruntime, CPU); the window beside PyTorch, step and int8 beside the window', rows }
}

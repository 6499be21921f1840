/** npm run bench -- inference: latency of an exported VGGSNN (48x48, T = 10) in onnxruntime, beside PyTorch's forward pass. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import type { BenchResult, BenchRow } from './run.ts'

const shape = [10, 2, 48, 48] as const
const classes = 10
const peerScript = '../shared/bench/pytorch_vggsnn.py'
const repeats = 7

/** Seconds of one forward pass in PyTorch; undefined where python3-torch or the script is absent. */
function peerSeconds(batch: number): number | undefined {
  if (!existsSync(peerScript)) {
    console.error(`no peer: ${peerScript} is absent`)
    return undefined
  }
  try {
    const line = execFileSync('/usr/bin/python3', [peerScript, String(batch), String(shape[0]), '2', '0'], {
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

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

export async function run(): Promise<BenchResult> {
  const network = { network: vggsnn.network, classes, shape }
  const weights = initialVariables(networkInfo(network), 1)
  const runner = await WindowRunner.open(onnxRuntime(), buildWindowProgram({ ...network, weights }).onnx, shape, classes)
  const random = new Random(1, 'bench')
  const rows: BenchRow[] = []
  for (const batch of [1, 4]) {
    const frames = Float32Array.from({ length: batch * shape.reduce((a, b) => a * b, 1) }, () => Number(random.uniform() < 0.1))
    const times: number[] = []
    for (let i = 0; i < repeats + 2; i++) {
      const started = performance.now()
      await runner.run(frames, batch)
      times.push((performance.now() - started) / 1000)
    }
    // The first runs fetch their memory from the system.
    const value = median(times.slice(2))
    const peer = peerSeconds(batch)
    rows.push({ label: `VGGSNN 48x48, T = 10, batch ${batch}`, value, unit: 's', ...(peer !== undefined && { peer, ratio: peer / value }) })
  }
  await runner.release()
  return { name: 'Inference of the exported model (onnxruntime, CPU) beside PyTorch', rows }
}

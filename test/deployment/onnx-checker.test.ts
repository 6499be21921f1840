import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkPresets } from '../../main/snn/models/index.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { temporaryFolder } from '../training/tiny.ts'

const python = '/usr/bin/python3'
const checker = (() => {
  try {
    return execFileSync(python, ['-c', 'import onnx; print(onnx.__version__)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
})()

/** Checks files with ONNX's own checker, shapes inferred strictly, and prints [opset, free dimensions, nodes by type, metadata]. */
const script = `
import collections, json, sys
import onnx
from onnx import shape_inference
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    ports = {p.name: [d.dim_param or d.dim_value for d in p.type.tensor_type.shape.dim] for p in [*model.graph.input, *model.graph.output]}
    print(json.dumps(dict(opsets={o.domain: o.version for o in model.opset_import}, ports=ports,
        nodes=collections.Counter(n.op_type for n in model.graph.node), metadata={p.key: p.value for p in model.metadata_props})))
`

const residual = networkSchema.parse({
  name: 'residual',
  neuron: { reset: 'soft', tau: 1 },
  layers: [
    { type: 'conv', out: 8, kernel: 7, stride: 2, padding: 3, pool: { kind: 'max', size: 3, stride: 2, padding: 1 } },
    { type: 'residual', form: 'sew-add', out: 8 },
    { type: 'residual', form: 'spiking', out: 16, strides: [2, 1], globalPool: true },
    { type: 'dense', out: 12 },
  ],
})

describe.skipIf(checker === undefined)(`ONNX's own checker (skipped where ${python} has no onnx: apt-get install python3-onnx)`, () => {
  it('accepts every network as it is exported, with one Conv node per convolution', () => {
    const folder = temporaryFolder()
    const networks = [...networkPresets.map(({ network }) => network), residual]
    const files = networks.map((network, i) => {
      const shape = { network, classes: 10, shape: [10, 2, 48, 48] as const }
      const path = join(folder, `${i}.onnx`)
      writeFileSync(
        path,
        buildWindowProgram({
          ...shape,
          weights: initialVariables(networkInfo(shape), i),
          metadata: { 'saccade.version': 'x', 'saccade.labels': '["ä"]' },
        }).onnx,
      )
      return path
    })
    const reports = execFileSync(python, ['-c', script, ...files], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            opsets: Record<string, number>
            ports: Record<string, (number | string)[]>
            nodes: Record<string, number>
            metadata: Record<string, string>
          },
      )
    expect(reports).toHaveLength(networks.length)
    reports.forEach(({ opsets, ports, nodes, metadata }, i) => {
      expect(opsets).toEqual({ '': 17 })
      expect(ports).toEqual({ frames: ['N', 10, 2, 48, 48], logits: ['N', 10], logits_per_timestep: ['N', 10, 10] })
      expect(metadata).toEqual({ 'saccade.version': 'x', 'saccade.labels': '["ä"]' })
      const convolutions = networkInfo({ network: networks[i]!, classes: 10, shape: [10, 2, 48, 48] }).variables.filter(
        ({ role, shape }) => role === 'weight' && shape.length === 4,
      )
      expect(nodes['Conv']).toBe(convolutions.length)
      expect([nodes['BatchNormalization'], nodes['Loop'], nodes['Scan']]).toEqual([undefined, undefined, undefined])
    })
  })
})

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import type { Engine } from '../../main/engines/engine.ts'
import { exportModel, type ExportOptions } from '../../main/deployment/export.ts'
import { readModelFile } from '../../main/deployment/model-file.ts'
import { disturbed, judge, prove, ProofError, sensitivity } from '../../main/deployment/proof.ts'
import { modelRecordSchema, type ExportProof } from '../../main/deployment/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { checkpointVariables, Evaluator } from '../../main/training/evaluate.ts'
import { readRun } from '../../main/training/run-store.ts'
import { networkShape } from '../../main/training/trainable.ts'
import { train } from '../../main/training/trainer.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from '../training/tiny.ts'

const engine = oneThread()

async function trained(config = tinyConfig({ epochs: 12 })) {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'), { test: 30 })
  const run = join(folder, 'run')
  expect((await train({ config, dataset, run, engine })).state).toBe('finished')
  mkdirSync(join(folder, 'models'))
  const options = (more: Partial<ExportOptions> = {}): ExportOptions => ({
    run,
    dataset,
    checkpoint: 'best',
    model: join(folder, 'models', 'm1'),
    engine,
    ...more,
  })
  return { folder, dataset, run, config, options }
}

describe('exportModel', () => {
  it.each(['hard', 'soft'] as const)('writes a model that says all of itself, with its proof (%s reset)', async (reset) => {
    const base = tinyConfig({ epochs: 8 })
    const { options, run, folder, dataset } = await trained({
      ...base,
      network: { ...base.network, neuron: { ...base.network.neuron, reset, tau: 1.5, threshold: 0.8 } },
    })
    const shares: number[] = []
    const record = await exportModel(options({ onProgress: (share) => shares.push(share) }))
    expect(modelRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'models', 'm1', 'model.json'), 'utf8')))).toEqual(record)
    expect(readdirSync(join(folder, 'models'))).toEqual(['m1'])
    expect(shares.at(-1)).toBe(1)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)

    const { best, epochs } = readRun(run)
    const accuracy = epochs[best!.epoch - 1]!.testAccuracy
    expect(record.proof).toMatchObject({
      samples: 30,
      argmaxAgreement: 1,
      accuracyTrained: accuracy,
      accuracyExported: accuracy,
      provider: 'cpu',
      runtime: expect.stringMatching(/^onnxruntime 1\.\d+/) as string,
    })
    expect(record.proof.largestLogitDifference).toBeLessThan(1e-4)
    expect(record.proof.largestFiringRateDifference).toBeLessThan(1e-3)
    expect(record).toMatchObject({
      id: 'm1',
      checkpoint: 'best',
      epoch: best!.epoch,
      shape: [4, 2, 10, 10],
      hash: createHash('sha256').update(readFileSync(record.path)).digest('hex'),
    })

    const { metadata, properties } = readModelFile(record.path)
    expect(properties).toEqual(record.metadata)
    const { hash, framing } = openDataset(dataset).manifest
    expect(metadata).toMatchObject({
      labels: ['class0', 'class1', 'class2'],
      framing,
      sensor: [10, 10],
      dataset: { name: 'Moving bars', hash },
      accuracy: { split: 'test', value: accuracy, samples: 30 },
      checkpoint: { kind: 'best', epoch: best!.epoch, chosenBy: 'highest test accuracy, then lowest test loss (as in the papers: the split that chose it also scores it)' },
      neuron: {
        tau: 1.5,
        threshold: 0.8,
        fires: expect.stringContaining('strictly') as string,
        reset: expect.stringContaining(reset) as string,
      },
      training: { seed: 7, method: { name: 'trt', lambda: 5e-5 }, optimizer: { name: 'adam' }, epochsTrained: best!.epoch },
    })
  })

  it('exports the last checkpoint too, and never over another model', async () => {
    const { options, run } = await trained()
    const record = await exportModel(options({ checkpoint: 'last' }))
    expect(record.proof.accuracyTrained).toBe(readRun(run).epochs.at(-1)!.testAccuracy)
    const before = readFileSync(record.path)
    await expect(exportModel(options())).rejects.toThrow(/already a model/)
    expect(readFileSync(record.path)).toEqual(before)
  })

  it('exports nothing where the runtime does not compute what was trained', async () => {
    const { options, folder } = await trained()
    // A provider that is wrong about models of one input, the exported ones: it mixes up the classes.
    const faulty: Engine = {
      ...engine,
      name: 'faulty',
      load: async (onnx, load) => {
        const program = await engine.load(onnx, load)
        return program.inputs.length > 1
          ? program
          : {
              inputs: program.inputs,
              outputs: program.outputs,
              release: () => program.release(),
              run: async (feeds, fetches) => {
                await program.run(feeds, fetches)
                fetches['logits']?.data.reverse()
              },
            }
      },
    }
    await expect(exportModel(options({ engine: faulty }))).rejects.toThrow(
      /answers otherwise than the trained network on \d+ of 30 test samples/,
    )
    expect(readdirSync(join(folder, 'models'))).toEqual([])
  })

  it("leaves nothing behind when it is cancelled, or its data is not the run's, or nothing was trained", async () => {
    const { options, folder, run } = await trained()
    for (const after of [0.1, 0.6]) {
      const controller = new AbortController()
      await expect(
        exportModel(options({ signal: controller.signal, onProgress: (share) => void (share > after && controller.abort()) })),
      ).rejects.toThrow(/aborted|cancelled/)
    }
    await expect(exportModel(options({ dataset: await makeDataset(join(folder, 'other'), { seed: 3 }) }))).rejects.toThrow(
      /not the data this run was started on/,
    )
    rmSync(join(run, 'best.safetensors'))
    await expect(exportModel(options())).rejects.toThrow(/has not finished its first epoch/)
    expect(readdirSync(join(folder, 'models'))).toEqual([])
  })
})

describe('prove and judge', () => {
  it('refuse a model with one changed layer, whatever the layer', async () => {
    const { dataset: directory, run, config } = await trained()
    const dataset = openDataset(directory)
    const evaluator = await Evaluator.open(engine, config, dataset, 8)
    const variables = checkpointVariables(run, 'last', evaluator.program)
    const evaluation = (await evaluator.run(variables, dataset.test))!
    const own = sensitivity(evaluation, (await evaluator.run(disturbed(variables, evaluator.program.info), dataset.test))!)
    await evaluator.release()
    const weights = new Map(Object.entries(variables).map(([name, { data }]) => [name, data]))
    const shape = networkShape(config, dataset)
    const proofOf = (changed: ReadonlyMap<string, Float32Array>) =>
      prove({
        onnx: buildWindowProgram({ ...shape, weights: changed }).onnx,
        withRates: buildWindowProgram({ ...shape, weights: changed, firingRates: true }).onnx,
        trained: evaluation,
        dataset,
        batch: 7,
        engine,
      })
    const honest = await proofOf(weights)
    expect(() => judge(honest, own)).not.toThrow()
    expect(honest.argmaxAgreement).toBe(1)
    for (const name of weights.keys()) {
      if (name.endsWith('.bias') && weights.get(name)!.length === 3) continue
      const tampered = await proofOf(
        new Map(weights).set(
          name,
          weights.get(name)!.map((value) => -value - 0.1),
        ),
      )
      expect(() => judge(tampered, own), name).toThrow(ProofError)
    }
    dataset.close()
  })

  it('allow one sample in a hundred to tip over, and one of a small split', () => {
    const proof: ExportProof = {
      samples: 1000,
      argmaxAgreement: 0.99,
      largestLogitDifference: 0.1,
      largestFiringRateDifference: 0.001,
      accuracyTrained: 0.9,
      accuracyExported: 0.9,
      provider: 'cpu',
      runtime: 'x',
    }
    const calm = { changes: 0, rateChange: 0 }
    expect(() => judge(proof, calm)).not.toThrow()
    expect(() => judge({ ...proof, argmaxAgreement: 0.989 }, calm)).toThrow(/11 of 1000 test samples \(10 may differ/)
    expect(() => judge({ ...proof, samples: 20, argmaxAgreement: 0.95 }, calm)).not.toThrow()
    expect(() => judge({ ...proof, samples: 20, argmaxAgreement: 0.9 }, calm)).toThrow(/2 of 20/)
    expect(() => judge({ ...proof, largestFiringRateDifference: 0.002 }, calm)).toThrow(/fires at another rate/)
    expect(() => judge({ ...proof, largestFiringRateDifference: NaN }, calm)).toThrow(/fires at another rate/)
    expect(() => judge({ ...proof, largestLogitDifference: Infinity }, calm)).toThrow(/not numbers/)
  })

  it('allow a network whose own answers rounding changes twice as much', () => {
    const proof: ExportProof = {
      samples: 100,
      argmaxAgreement: 0.95,
      largestLogitDifference: 0.1,
      largestFiringRateDifference: 0.003,
      accuracyTrained: 0.2,
      accuracyExported: 0.2,
      provider: 'cpu',
      runtime: 'x',
    }
    expect(() => judge(proof, { changes: 2, rateChange: 0.001 })).not.toThrow()
    expect(() => judge(proof, { changes: 1, rateChange: 0.001 })).toThrow(/5 of 100 test samples \(3 may differ/)
    expect(() => judge(proof, { changes: 2, rateChange: 0.0009 })).toThrow(/fires at another rate.*0\.0028 may come from rounding/)
  })
})

describe('readModelFile', () => {
  it("says what a file is that is no model of Saccade's", async () => {
    const { options, folder } = await trained(tinyConfig({ epochs: 1 }))
    const { path } = await exportModel(options())
    const bytes = readFileSync(path)
    const write = (content: string | Uint8Array) => {
      writeFileSync(join(folder, 'file.onnx'), content)
      return join(folder, 'file.onnx')
    }
    expect(() => readModelFile(join(folder, 'no.onnx'))).toThrow(/no\.onnx: no such file/)
    expect(() => readModelFile(write(''))).toThrow(/file\.onnx: the file is empty/)
    expect(() => readModelFile(write('# just notes, not a model'))).toThrow(/not an ONNX model/)
    expect(() => readModelFile(write(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)))).toThrow(/not an ONNX model/)
    for (const share of [0.1, 0.5, 0.9, 0.99])
      expect(() => readModelFile(write(bytes.subarray(0, Math.floor(bytes.length * share))))).toThrow(/cut short/)
    const { network } = tinyConfig()
    const weights = new Map(
      Object.entries(
        checkpointVariables(options().run, 'best', (await Evaluator.open(engine, tinyConfig(), openDataset(options().dataset), 1)).program),
      ).map(([name, { data }]) => [name, data]),
    )
    const program = (metadata?: Record<string, string>) =>
      buildWindowProgram({ network, classes: 3, shape: [4, 2, 10, 10], weights, ...(metadata && { metadata }) }).onnx
    expect(() => readModelFile(write(program()))).toThrow(/without Saccade's metadata/)
    const { properties } = readModelFile(path)
    expect(() => readModelFile(write(program({ ...properties, 'saccade.labels': '["a", "b"]' })))).toThrow(
      /output "logits" is not \[N, 2\]/,
    )
    expect(() => readModelFile(write(program({ ...properties, 'saccade.shape': '[4, 2, 10, 11]' })))).toThrow(
      /input "frames" is not \[N, 4, 2, 10, 11\]/,
    )
    expect(() => readModelFile(write(program({ ...properties, 'saccade.framing': '{"timesteps": "many"}' })))).toThrow(
      /"saccade\.framing\.timesteps" is not usable/,
    )
    expect(() => readModelFile(write(program({ ...properties, 'saccade.labels': '[' })))).toThrow(/"saccade\.labels" is not JSON/)
    expect(readModelFile(write(program(properties))).metadata.labels).toHaveLength(3)
    expect(existsSync(path)).toBe(true)
  })
})

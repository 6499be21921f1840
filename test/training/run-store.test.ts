import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkpointPath, configHash, keepLastAs, openCheckpoint, writeCheckpoint, type Progress } from '../../main/training/checkpoint.ts'
import { appendEpoch, createRun, cutEpochs, readEpochs, readRun, summarizeRun, writeStatus } from '../../main/training/run-store.ts'
import { writeSafetensors } from '../../main/training/safetensors.ts'
import type { EpochMetrics } from '../../main/training/schema.ts'
import { temporaryFolder, tinyConfig } from './tiny.ts'

const line = (epoch: number, testAccuracy = epoch / 10): EpochMetrics => ({
  epoch,
  learningRate: 1e-3,
  trainLoss: 1,
  trainAccuracy: 0.5,
  testLoss: 1 / 3,
  testAccuracy,
  timestepAccuracy: [0.1],
  firingRates: [{ layer: 'conv1', rate: 0 }],
  samplesPerSecond: 9,
  seconds: 1,
})
const progress: Progress = {
  version: 1,
  epoch: 2,
  steps: 17,
  partial: null,
  best: { epoch: 2, metric: 'testAccuracy', value: 0.5, testLoss: 0.1 },
  testAccuracy: 0.5,
  random: { augmentation: [1, -2, 3, 4] },
  datasetHash: 'd',
  configHash: 'c',
}
const newRun = () => {
  const run = join(temporaryFolder(), 'run-1')
  createRun(run, { config: tinyConfig(), datasetHash: 'd', classes: ['a', 'b'], parameters: 12 })
  return run
}

describe('a run folder', () => {
  it('reads as a run, from waiting to its epochs', () => {
    const run = newRun()
    expect(readRun(run)).toMatchObject({
      id: 'run-1',
      state: 'waiting',
      epochs: [],
      best: null,
      confusion: null,
      parameters: 12,
      warnings: [],
    })
    for (const epoch of [line(1), line(2, 0.9), line(3)]) appendEpoch(run, epoch)
    writeStatus(run, 'stopped', null)
    const read = readRun(run)
    expect(read.epochs).toEqual([line(1), line(2, 0.9), line(3)])
    expect(read.best).toEqual({ epoch: 2, metric: 'testAccuracy', value: 0.9 })
    expect(read.warnings).toEqual([expect.stringContaining('conv1 is silent')])
    expect(summarizeRun(read)).toMatchObject({ epochsDone: 3, lastTestAccuracy: 0.3, state: 'stopped' })
    expect(() => createRun(run, { config: tinyConfig(), datasetHash: 'd', classes: [], parameters: 0 })).toThrow(/already a run/)
  })

  it('tolerates a torn last line, at every byte, and cuts it away', () => {
    const run = newRun()
    appendEpoch(run, line(1))
    const path = join(run, 'epochs.jsonl')
    const whole = readFileSync(path, 'utf8')
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole + whole.slice(0, length))
      expect(readEpochs(run)).toEqual([line(1)])
    }
    writeFileSync(path, `${whole}${'\0'.repeat(50)}\n`)
    expect(readEpochs(run)).toEqual([line(1)])
    expect(cutEpochs(run, 1)).toEqual([line(1)])
    expect(readFileSync(path, 'utf8')).toBe(whole)
    cutEpochs(run, 0)
    expect(readEpochs(run)).toEqual([])
  })

  it('names the damaged line or field', () => {
    const run = newRun()
    appendEpoch(run, line(1))
    writeFileSync(join(run, 'epochs.jsonl'), `{"epoch": 1}\n${JSON.stringify(line(2))}\n`)
    expect(() => readEpochs(run)).toThrow(/epochs\.jsonl: line 1 is damaged/)
    writeFileSync(join(run, 'run.json'), '{"version": 1}')
    expect(() => readRun(run)).toThrow(/run\.json: not what Saccade wrote here[^]*config/)
  })
})

describe('a checkpoint', () => {
  const state = [
    { name: 'conv1.weight', shape: [2, 1], data: Float32Array.of(1 / 3, -0) },
    { name: 'adam1/conv1.weight', shape: [2, 1], data: Float32Array.of(1e-40, 5) },
  ]

  it('comes back to the last bit, and best is a copy of its own', () => {
    const run = newRun()
    writeCheckpoint(run, 'last', progress, state)
    keepLastAs(run, 'best')
    keepLastAs(run, 'best')
    writeCheckpoint(
      run,
      'last',
      { ...progress, epoch: 3 },
      state.map((tensor) => ({ ...tensor, data: tensor.data.map((x) => x + 1) })),
    )
    const best = openCheckpoint(run, 'best')
    expect(best.progress).toEqual(progress)
    for (const { name, shape, data } of state)
      expect([...best.tensor(name, shape)].map((x) => (Object.is(x, -0) ? '-0' : x))).toEqual(
        [...data].map((x) => (Object.is(x, -0) ? '-0' : x)),
      )
    expect(openCheckpoint(run, 'last').progress.epoch).toBe(3)
  })

  it('says what is missing or does not fit', () => {
    const run = newRun()
    expect(() => openCheckpoint(run, 'last')).toThrow(/has not finished its first epoch/)
    writeCheckpoint(run, 'last', progress, state)
    expect(() => openCheckpoint(run, 'last').tensor('conv2.weight', [1])).toThrow(/"conv2.weight" is missing/)
    expect(() => openCheckpoint(run, 'last').tensor('conv1.weight', [1, 2])).toThrow(/is F32 \[2, 1\], not F32 \[1, 2\]/)
    writeSafetensors(checkpointPath(run, 'last'), { metadata: {}, tensors: new Map() })
    expect(() => openCheckpoint(run, 'last')).toThrow(/not a checkpoint of Saccade/)
  })

  it('hashes all settings but the name', () => {
    const config = tinyConfig()
    expect(configHash({ ...config, name: 'other' })).toBe(configHash(config))
    expect(
      configHash(
        JSON.parse(
          JSON.stringify(
            config,
            Object.keys(config)
              .reverse()
              .concat([...JSON.stringify(config).matchAll(/"(\w+)":/g)].map(([, key]) => key!)),
          ),
        ) as typeof config,
      ),
    ).toBe(configHash(config))
    expect(configHash({ ...config, network: { ...config.network, neuron: { ...config.network.neuron, tau: 3 } } })).not.toBe(
      configHash(config),
    )
  })
})

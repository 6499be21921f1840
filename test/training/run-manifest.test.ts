import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { curvesCsv } from '../../main/training/curves.ts'
import { readRunManifest } from '../../main/training/run-manifest.ts'
import { readEpochs } from '../../main/training/run-store.ts'
import type { EpochMetrics } from '../../main/training/schema.ts'
import { train } from '../../main/training/trainer.ts'
import { VERSION } from '../../main/version.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from './tiny.ts'

describe('what a run was trained on and with', () => {
  test('a session each time it is begun or gone on with, the same graph, the split of every sample, curves as CSV', async () => {
    const folder = temporaryFolder()
    const dataset = await makeDataset(join(folder, 'data'))
    const run = join(folder, 'run')
    const config = tinyConfig({ epochs: 2, protocol: 'fair', validationShare: 0.25 })
    const stop = new AbortController()
    await train({ config, dataset, run, engine: oneThread(), signal: stop.signal, onEpoch: () => stop.abort() })
    expect(readFileSync(join(run, 'curves.csv'), 'utf8').trim().split('\n')).toHaveLength(2)
    await train({ config, dataset, run, engine: oneThread() })
    const { sessions, splits, seed, dataset: about } = readRunManifest(run)!
    expect(sessions.map(({ afterEpoch }) => afterEpoch)).toEqual([0, 1])
    expect(sessions[0]).toMatchObject({ saccade: VERSION, engine: { name: 'onnxruntime' }, node: process.versions.node, device: 'cpu' })
    expect(sessions[0]!.graphHash).toMatch(/^[0-9a-f]{64}$/)
    expect(sessions[1]!.graphHash).toBe(sessions[0]!.graphHash)
    expect([seed, about.hash, about.shape]).toEqual([config.seed, expect.stringMatching(/^[0-9a-f]{64}$/), [4, 2, 10, 10]])
    const lines = readFileSync(join(run, 'splits.csv'), 'utf8').trim().split('\n')
    expect(lines[0]).toBe('row,split,class,file,cut,sha256')
    expect(lines).toHaveLength(30)
    const count = (use: string): number => lines.filter((line) => line.split(',')[1] === use).length
    expect({ train: count('train'), validation: count('validation'), test: count('test') }).toEqual(splits)
    expect(splits.test).toBe(7)
    // Another network is another graph.
    const other = join(folder, 'other')
    await train({ config: { ...config, epochs: 1, learningRate: 1, batchSize: 4 }, dataset, run: other, engine: oneThread() })
    expect(readRunManifest(other)!.sessions[0]!.graphHash).not.toBe(sessions[0]!.graphHash)
    const rows = readFileSync(join(run, 'curves.csv'), 'utf8').trim().split('\n').map((line) => line.split(','))
    const at = (row: number, name: string): number => Number(rows[row]![rows[0]!.indexOf(name)])
    readEpochs(run).forEach((line, i) => {
      expect([at(i + 1, 'epoch'), at(i + 1, 'trainLoss'), at(i + 1, 'validationAccuracy')]).toEqual([line.epoch, line.trainLoss, line.validationAccuracy])
      expect(at(i + 1, 'accuracy of timestep 4')).toBe(line.timestepAccuracy[3])
    })
    expect(rows[0]).not.toContain('testAccuracy')
    // Runs of before there were manifests get one when they are gone on with.
    rmSync(join(other, 'manifest.json'))
    expect(readRunManifest(other)).toBeUndefined()
    expect(existsSync(join(other, 'splits.csv'))).toBe(true)
  })

  test('curves: columns for what is there, cells quoted, what an epoch lacks is empty', () => {
    const line: EpochMetrics = { epoch: 1, learningRate: 0.1, trainLoss: 0.30000000000000004, trainAccuracy: 0.5, testLoss: 1, testAccuracy: 0.25, timestepAccuracy: [0.5], firingRates: [{ layer: 'conv "1", a', rate: 0.125 }], samplesPerSecond: 10, seconds: 2 }
    expect(curvesCsv([line, { ...line, epoch: 2, timestepAccuracy: [0.5, 0.75], waitedSeconds: 0.5, firingRates: [] }])).toBe(
      'epoch,learningRate,trainLoss,trainAccuracy,testLoss,testAccuracy,samplesPerSecond,seconds,waitedSeconds,accuracy of timestep 1,accuracy of timestep 2,"firing rate of conv ""1"", a"\n' +
        '1,0.1,0.30000000000000004,0.5,1,0.25,10,2,,0.5,,0.125\n2,0.1,0.30000000000000004,0.5,1,0.25,10,2,0.5,0.5,0.75,\n',
    )
  })
})

import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportModel } from '../../main/deployment/export.ts'
import { readModelFile } from '../../main/deployment/model-file.ts'
import { type NetworkDescription, networkSchema } from '../../main/snn/schema.ts'
import { checkpointPath } from '../../main/training/checkpoint.ts'
import { train } from '../../main/training/trainer.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from '../training/tiny.ts'

const engine = oneThread()
const layers = [{ type: 'conv', out: 6, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'conv', out: 8 }, { type: 'residual', form: 'spiking', out: 8 }, { type: 'dense', out: 16 }]
const made = (changes: object): NetworkDescription => networkSchema.parse({ name: 'tiny', neuron: {}, layers, ...changes })

const networks: readonly (readonly [string, NetworkDescription, string])[] = [
  ['neurons of which all is learned', made({ neuron: { learnTau: 'leak', learnThreshold: true, threshold: 0.6, learnInitial: true, smoothing: true } }), 'block1.conv1.neuron.initial'],
  ['PLIF, sigmoid spikes', made({ neuron: { learnTau: 'plif', sigmoidSpike: 10 } }), 'conv1.neuron.leak'],
  ['tdBN with its scale', made({ norm: 'tdbn', neuron: { threshold: 0.8 } }), 'block1.conv2.norm.gain'],
  ['TEBN', made({ norm: 'tebn' }), 'conv2.norm.timesteps'],
  ['TAB', made({ norm: 'tab' }), 'conv2.norm.mean'],
  ['shared membranes', made({ sharing: 'layers-channels' }), 'block1.conv2.norm.variance'],
]

describe.each(networks)('%s', (_, network, variable) => {
  it('trains, goes on from where it was stopped to the same bytes, and is exported as what it was trained to be', async () => {
    const folder = temporaryFolder()
    const dataset = await makeDataset(join(folder, 'dataset'), { test: 30 })
    const config = tinyConfig({ network, epochs: 2 })
    const whole = join(folder, 'whole')
    expect((await train({ config, dataset, run: whole, engine })).state).toBe('finished')
    const run = join(folder, 'run')
    for (let steps = 0, state = ''; state !== 'finished'; steps = 0) {
      const controller = new AbortController()
      const onStep = (): void => {
        if (++steps === 2) controller.abort()
      }
      ;({ state } = await train({ config, dataset, run, engine, signal: controller.signal, onStep }))
    }
    const bytes = readFileSync(checkpointPath(run, 'last'))
    expect(bytes.equals(readFileSync(checkpointPath(whole, 'last')))).toBe(true)
    expect(bytes.includes(`"${variable}"`)).toBe(true)

    mkdirSync(join(folder, 'models'))
    const { proof, path } = await exportModel({ run, dataset, checkpoint: 'last', model: join(folder, 'models', 'm1'), engine })
    // Folding batch norm may flip a spike, and with it a sample that stands between classes (deployment/proof.ts).
    expect(proof.samples).toBe(30)
    expect(proof.argmaxAgreement).toBeGreaterThanOrEqual(29 / 30)
    expect(proof.largestFiringRateDifference).toBeLessThan(2e-3)
    expect(readModelFile(path).metadata?.shape).toEqual([4, 2, 10, 10])
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import sharp from 'sharp'
import { rmSync } from 'node:fs'
import type { DatasetSummary, FolderPreview, InferenceResult, ModelRecord, Run, RunEvaluation } from '../../preload/contract/index.ts'
import { cifar10, folderOf, mnist, picture, pictureFolder } from '../datasets/images/made.ts'
import { saccade } from '../support/cli.ts'
import { temporaryFolder, tinyNetwork } from '../support/workbench.ts'

let folder: string
let library: string
let network: string
beforeAll(() => {
  folder = temporaryFolder('pictures', () => undefined)
  library = join(folder, 'library')
  network = join(folder, 'network.json')
  writeFileSync(network, JSON.stringify(tinyNetwork))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a command that must succeed; its JSON. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await saccade(...args, '--library', library, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout) as T
}
const quick = ['--batch-size', '8', '--learning-rate', '0.01']

describe('static pictures, from a folder to an answer', () => {
  test('CIFAR-10: inspect, import, train with crop, flip and cutout, evaluate, export, infer', async () => {
    const cifar = folderOf(cifar10(24), join(folder, 'cifar'))
    const looked = await saccade('inspect', cifar, '--json')
    expect(JSON.parse(looked.stdout) as FolderPreview).toMatchObject({ kind: 'images', files: 144, formats: { 'CIFAR-10 (binary)': 144 } })
    expect((await saccade('inspect', cifar)).stdout).toMatch(/144 static pictures of 10 classes/)

    const imported = await json<DatasetSummary>('import', cifar, '--name', 'cifar')
    expect(imported).toMatchObject({ kind: 'images', shape: [4, 3, 32, 32], train: [30, 30, 30, 30], test: [6, 6, 6, 6] })
    const augmentation = ['--flip', '--roll', '0', '--crop', '4', '--cutout', '8']
    const run = await json<Run>('train', '--dataset', 'cifar', '--network', network, '--epochs', '1', ...quick, ...augmentation)
    expect(run).toMatchObject({ state: 'finished', config: { augmentation: { flip: true, roll: 0, crop: 4, cutout: 8 } } })
    expect(run.epochs).toHaveLength(1)
    const evaluation = await json<RunEvaluation>('evaluate', run.id)
    expect(evaluation.samples).toBe(24)
    expect(evaluation.timestepAccuracy).toHaveLength(4)
    const model = await json<ModelRecord>('export', run.id, '--checkpoint', 'last')
    expect(model.proof).toMatchObject({ samples: 24, argmaxAgreement: 1 })

    const planes = picture(2, 77, 3, 32)
    const interleaved = Uint8Array.from({ length: 3072 }, (_, i) => planes[(i % 3) * 1024 + Math.floor(i / 3)]!)
    const png = join(folder, 'test.png')
    await sharp(interleaved, { raw: { width: 32, height: 32, channels: 3 } })
      .png()
      .toFile(png)
    const answer = await json<InferenceResult>('infer', model.id, png)
    expect(answer.classes).toEqual(['airplane', 'automobile', 'bird', 'cat'])
    expect(answer).toMatchObject({ events: 0, problems: [] })
    expect(answer.logitsPerTimestep).toHaveLength(4)
    const shown = await saccade('infer', model.id, png, '--library', library)
    expect(shown.stdout).toMatch(/Decoded in .* ms/)
    const wrong = await saccade('infer', model.id, network, '--library', library)
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toMatch(/network\.json: can't be read as a picture.*trained on static pictures: give it a PNG/)
  })

  test('MNIST (IDX) and a folder of pictures: imported and trained for an epoch', async () => {
    folderOf(mnist(32, 8, true), join(folder, 'mnist'))
    expect(await json<DatasetSummary>('import', join(folder, 'mnist'), '--name', 'mnist', '--timesteps', '2')).toMatchObject({
      shape: [2, 1, 28, 28],
    })
    const mnistRun = await json<Run>('train', '--dataset', 'mnist', '--network', network, '--epochs', '1', ...quick)
    expect(mnistRun).toMatchObject({ state: 'finished' })

    folderOf(await pictureFolder(['cat', 'dog'], 12, { side: 20 }), join(folder, 'pets'))
    const pets = await json<DatasetSummary>('import', join(folder, 'pets'), '--resize', '16x16')
    expect(pets).toMatchObject({ shape: [4, 3, 16, 16], classes: ['cat', 'dog'] })
    const run = await json<Run>('train', '--dataset', pets.id, '--network', network, '--epochs', '1', ...quick, '--resized-crop', '--flip')
    expect(run).toMatchObject({ state: 'finished', config: { augmentation: { resizedCrop: true } } })
  })
})

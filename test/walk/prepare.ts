/** What some pages need beside the starter project. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors, writeSafetensors } from '../../main/training/safetensors.ts'
import { startSaccade } from '../support/cli.ts'
import { writeForeignModel, writeModelFromElsewhere } from '../support/models.ts'
import { idsOf, runOf, type Files } from './places.ts'

async function saccade(...args: string[]): Promise<void> {
  const { code, stderr } = await startSaccade(...args).ended
  if (code !== 0) throw new Error(`saccade ${args.join(' ')}: ${stderr}`)
}

/** Adds an experiment of two short runs and a run opened from a file of weights to a library that lacks them. */
export async function prepare(library: string, scratch: string): Promise<void> {
  const [dataset] = idsOf(library, 'datasets')
  const run = runOf(library, 'training')
  if (dataset === undefined || run === undefined) return
  if (idsOf(library, 'experiments').length === 0)
    await saccade('sweep', '--library', library, '--dataset', dataset, '--vary', 'method=sdt,trt', '--epochs', '1', '--name', 'Walk')
  if (runOf(library, 'file') !== undefined) return
  const { tensors } = readSafetensors(join(library, 'runs', run, 'best.safetensors'))
  const file = join(scratch, 'opened.safetensors')
  // Without the optimizer's moments, as others keep weights.
  writeSafetensors(file, { metadata: {}, tensors: new Map([...tensors].filter(([name]) => !/^adam\d\//.test(name))) })
  await saccade('weights', file, '--library', library, '--dataset', dataset, '--network', 'small')
}

/** Writes the files that pages are shown with into a folder. @param given those of the user */
export function filesFor(library: string, scratch: string, given: { readonly recording?: string | undefined; readonly folder?: string | undefined } = {}): Files {
  mkdirSync(scratch, { recursive: true })
  const recordings = join(library, 'recordings/starter/nmnist-like')
  const [model] = idsOf(library, 'models')
  const foreign = writeForeignModel(join(scratch, 'other.onnx'))
  return {
    recording: given.recording ?? join(recordings, 'cross/cross-000.bin'),
    folder: given.folder ?? recordings,
    foreign,
    elsewhere: model === undefined ? foreign : writeModelFromElsewhere(join(library, 'models', model, 'model.onnx'), join(scratch, 'elsewhere.onnx')),
  }
}

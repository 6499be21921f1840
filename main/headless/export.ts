import { accessSync, constants, copyFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { convolutionsSchema, exportFormatSchema, int8FormSchema, nirDialectSchema, type ExportSettings, type ModelRecord } from '../deployment/schema.ts'
import { errorCode, storageError, temporaryName } from '../training/atomic.ts'
import { UsageError } from '../workbench/api.ts'
import { choice, follow, number, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { fileSize, percent, table } from './terminal.ts'
import { findRun } from './train.ts'

const options = {
  ...shared,
  checkpoint: { type: 'string' },
  output: { type: 'string' },
  format: { type: 'string' },
  'spike-counts': { type: 'boolean' },
  batch: { type: 'string' },
  image: { type: 'boolean' },
  convolutions: { type: 'string' },
  'max-loss': { type: 'string' },
  'int8-form': { type: 'string' },
  dialect: { type: 'string' },
  simulate: { type: 'string' },
} as const

export const exportRun: Command = {
  summary: "a run's checkpoint becomes a file for elsewhere, proven on the test split",
  usage: `Usage: npm run saccade -- export RUN [OPTIONS]

The file is run on the test split and compared with the trained network before it is kept, golden inputs and outputs beside it.

  --format window|step|int8|nir|pytorch|package
                          window: ONNX, a whole sample at once (default)
                          step: ONNX, one timestep, states in and out, for live cameras
                          int8: ONNX, weights and spikes in 8 bits, refused where it loses too much accuracy
                          nir: neuromorphic intermediate representation (HDF5)
                          pytorch: safetensors with the names of the TRT authors' code
                          package: all of these that the network allows, in one zip with model card, data and samples
  --checkpoint best|last  default best
  --spike-counts          window, step, int8: outputs "spike_count/LAYER"
  --batch N               window, int8: batches of N samples and no others, for accelerators
  --image                 window, int8: one still image as input, for networks trained on pictures
  --convolutions plain|winograd
                          window: as trained and as step has them, bit for bit (default), or in Winograd's tiles: faster on
                          CPUs, sums in another order (rounding differs, proven like every export), a larger file
  --max-loss POINTS       int8: largest loss of accuracy in percentage points, default 1
  --int8-form products|convolutions
                          int8: products of integers, fast on CPUs (default), or Conv between Quantize- and
                          DequantizeLinear, for compilers of accelerators
  --dialect spec|norse|sumpool
                          nir: for snnTorch and SpikingJelly (default), for Norse, for hardware with sum pooling
  --simulate SECONDS      nir: how long the file is simulated again, default 30; of large networks only the first samples fit in
  --output FILE           also copies the file there
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, options)
    const [wanted = ''] = positional(positionals, 'RUN')
    const checkpoint = choice(values.checkpoint, 'checkpoint', ['best', 'last'], 'best')
    const settings = settingsOf(values)
    await withWorkbench(values.library, async (workbench) => {
      const run = await findRun(workbench, wanted)
      if (values.output !== undefined) requireFolder(resolve(values.output))
      const { model } = await follow(workbench, host, () => workbench.call('models.export', { run, checkpoint, settings }))
      const { models } = await workbench.call('models.list', {})
      const record = models.find(({ id }) => id === model)
      if (!record || !('proof' in record)) throw new Error(`Model ${model} has gone from the library.`)
      const output = values.output === undefined ? undefined : copyTo(record.path, resolve(values.output))
      if (values.json) return host.print(JSON.stringify({ ...record, output: output ?? null }, null, 2))
      host.print(table(rowsOf(record, output)))
      for (const note of record.notes ?? []) host.print(note)
    })
  },
}

type Values = Partial<Record<'format' | 'batch' | 'convolutions' | 'max-loss' | 'int8-form' | 'dialect' | 'simulate', string> & Record<'spike-counts' | 'image', boolean>>

/** @throws UsageError */
function settingsOf(values: Values): ExportSettings {
  const batch = number(values.batch, 'batch')
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1 && batch <= 4096)) throw new UsageError('--batch must be a whole number from 1 to 4096.')
  const points = number(values['max-loss'], 'max-loss')
  if (points !== undefined && !(points >= 0 && points <= 100)) throw new UsageError('--max-loss must be percentage points from 0 to 100.')
  const seconds = number(values.simulate, 'simulate')
  if (seconds !== undefined && !(seconds > 0 && seconds <= 86_400)) throw new UsageError('--simulate must be seconds, more than 0 and at most 86400.')
  return {
    format: choice(values.format, 'format', exportFormatSchema.options, 'window'),
    ...(values['spike-counts'] && { spikeCounts: true }),
    ...(values.image && { image: true }),
    ...(batch !== undefined && { batch }),
    ...(values.convolutions !== undefined && { convolutions: choice(values.convolutions, 'convolutions', convolutionsSchema.options, 'plain') }),
    ...(points !== undefined && { maxLoss: points / 100 }),
    ...(values['int8-form'] !== undefined && { int8Form: choice(values['int8-form'], 'int8-form', int8FormSchema.options, 'products') }),
    ...(values.dialect !== undefined && { dialect: choice(values.dialect, 'dialect', nirDialectSchema.options, 'spec') }),
    ...(seconds !== undefined && { simulationSeconds: seconds }),
  }
}

function rowsOf({ id, path, bytes, proof, epoch, chosenBy, quantization }: ModelRecord, output: string | undefined): string[][] {
  const { logitDifferences } = proof
  return [
    ['model', id],
    ['file', `${path} (${fileSize(bytes)})`],
    ...(output === undefined ? [] : [['copy', output]]),
    ['proof', `${proof.samples} test samples on ${proof.runtime} (${proof.provider})`],
    ['arg max agrees', percent(proof.argmaxAgreement, 2)],
    ['largest logit difference', proof.largestLogitDifference.toExponential(1)],
    ...(logitDifferences ? [['logit differences', `median ${logitDifferences.median.toExponential(1)}, 99 % below ${logitDifferences.p99.toExponential(1)}`]] : []),
    ['largest firing rate difference', proof.largestFiringRateDifference.toExponential(1)],
    ...(chosenBy === undefined ? [] : [['checkpoint', `epoch ${epoch}: ${chosenBy}`]]),
    ...(quantization ? [['one sample', `${quantization.latencyMs.int8.toFixed(1)} ms, float ${quantization.latencyMs.float.toFixed(1)} ms`]] : []),
    ['accuracy', `${percent(proof.accuracyTrained, 2)} trained, ${percent(proof.accuracyExported, 2)} exported`],
  ]
}

/** Copies a file so that an older one at the same place is replaced whole or not at all. */
function copyTo(source: string, target: string): string {
  const temporary = temporaryName(target)
  try {
    copyFileSync(source, temporary)
    renameSync(temporary, target)
    return target
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new Error(`${storageError(target, error).message}\nOnly the copy failed: the model is kept at ${source}.`)
  }
}

/** Told before the export, not after it. @throws UsageError where the folder of a file is missing or can't be written */
function requireFolder(target: string): void {
  const folder = dirname(target)
  try {
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new UsageError(`--output ${target}: the folder ${folder} ${errorCode(error) === 'ENOENT' ? 'does not exist' : "can't be written"}.`)
  }
}

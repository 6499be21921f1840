/**
 * npm run demo: the main job on the starter project. A simulated event camera watches moving shapes; the recordings are
 * imported, a small network learns them with TRT, is exported to ONNX, proven, and run on recordings it has not seen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { InferenceResult } from '../preload/contract/index.ts'
import { follow, type Host } from '../main/headless/command.ts'
import { duration, fileSize, percent, Progress, table } from '../main/headless/terminal.ts'
import { forkNode } from '../main/training/child.ts'
import type { Workbench } from '../main/workbench/api.ts'
import { createWorkbench } from '../main/workbench/workbench.ts'

const usage = `Usage: npm run demo [-- OPTIONS]

  --library FOLDER   keep everything in this library (default: a temporary folder, removed at the end)
`
const { values } = parseArgs({ options: { library: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const library = values.library ?? mkdtempSync(join(tmpdir(), 'saccade-demo-'))
const abort = new AbortController()
process.once('SIGINT', () => abort.abort())
const host: Host = { print: (text) => console.log(text), progress: new Progress(process.stderr), signal: abort.signal }
const workbench = createWorkbench({ library, host: 'browser', spawn: forkNode })
try {
  console.log(`Saccade demo: starter project, library ${library}\n`)
  const start = performance.now()
  const { ended } = await follow(workbench, host, () => workbench.call('starter.create', {}))
  console.log(await summary(workbench, ended.subject, (performance.now() - start) / 1000))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
} finally {
  await workbench.close()
  if (values.library === undefined) rmSync(library, { recursive: true, force: true })
}

/** What was made, as a table. @param made id of the model */
async function summary(from: Workbench, made: string | null, seconds: number): Promise<string> {
  const { datasets } = await from.call('datasets.list', {})
  const { runs } = await from.call('runs.list', {})
  const { models } = await from.call('models.list', {})
  const model = models.find(({ id }) => id === made)
  if (!model || !('proof' in model)) throw new Error('The starter project left no model in the library.')
  const run = runs.find(({ id }) => id === model.run)
  const dataset = datasets.find(({ id }) => id === run?.config.dataset)
  if (!dataset || !run) throw new Error('The starter project left no dataset or run in the library.')
  const { samples } = await from.call('datasets.samples', { id: dataset.id, from: 0, count: 500 })
  // The first test recording of every class.
  const unseen = dataset.classes.flatMap((label, index) =>
    samples
      .filter((sample) => sample.split === 'test' && sample.label === index)
      .slice(0, 1)
      .map(({ file }) => ({ label, file })),
  )
  const answers: { label: string; file: string; result: InferenceResult }[] = []
  for (const { label, file } of unseen)
    answers.push({ label, file, result: await from.call('models.infer', { model: model.id, recording: join(dataset.source, file) }) })
  const { epochs, test } = await from.call('runs.get', { id: run.id })
  const training = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const { proof } = model
  const rows = [
    [
      'dataset',
      `${sum(dataset.train)} training and ${sum(dataset.test)} test recordings of ${dataset.classes.join(', ')}; ` +
        `frames [${dataset.shape.join(', ')}]`,
    ],
    ['training', `${run.config.network.name}, ${run.parameters} parameters, TRT, ${epochs.length} epochs in ${duration(training)}`],
    [
      'test accuracy',
      `${percent(test?.accuracy ?? NaN)} (epoch ${test?.epoch ?? '-'}, chosen by its validation accuracy of ` +
        `${percent(run.best?.value ?? NaN)}; the test split was scored once)`,
    ],
    ['export', `${fileSize(model.bytes)} ONNX, ${proof.runtime}`],
    [
      'export proof',
      `${percent(proof.argmaxAgreement)} of ${proof.samples} samples agree, largest logit difference ` +
        `${proof.largestLogitDifference.toExponential(1)}, accuracy ${percent(proof.accuracyExported)}`,
    ],
    ...answers.map(({ label, file, result }) => [
      `inference: ${label}`,
      `${file} is ${result.top[0]?.label ?? '-'} (${percent(result.top[0]?.probability ?? NaN)}), ` +
        `${result.latencyMs.network.toFixed(1)} ms`,
    ]),
    ['time', duration(seconds)],
  ]
  return `\n${table(rows)}`
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

import { createHash } from 'node:crypto'
import { zipSync } from 'fflate'
import type { Dataset } from '../../datasets/dataset.ts'
import { VERSION } from '../../version.ts'
import { golden, npy } from '../golden.ts'
import { decodeMetadata, type ModelMetadata } from '../metadata.ts'
import { modelCard, type Part, wilson } from '../package/card.ts'
import { cppHeader } from '../package/cpp.ts'
import { cardFigures, testAnswers, type TestAnswers } from '../package/figures.ts'
import { goldenRecording } from '../package/golden-recording.ts'
import { sampleFiles } from '../package/samples.ts'
import { ProofError } from '../proof.ts'
import type { ModelRunner } from '../runner.ts'
import type { ExportFormat } from '../schema.ts'
import type { TrainedNetwork } from '../trained.ts'
import { type Exported, type Format, UnsuitableError } from './format.ts'
import { int8Format } from './int8.ts'
import { nirFormat } from './nir.ts'
import { pytorchFormat } from './pytorch.ts'
import { stepFormat } from './step.ts'
import { windowFormat } from './window.ts'

/** What else goes into a package where the network allows it. */
const others: readonly (readonly [Exclude<ExportFormat, 'window' | 'package'>, string, Format])[] = [
  ['step', 'step.onnx', stepFormat], ['int8', 'int8.onnx', int8Format], ['nir', 'model.nir', nirFormat], ['pytorch', 'model.safetensors', pytorchFormat],
]
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/** All that can be made of a network in one zip, each file proven; what can't be made stands in the card with its reason. */
export const packageFormat: Format = async (network, settings, onProgress): Promise<Exported> => {
  const share = (i: number) => (done: number): void => onProgress?.((i + done) / (others.length + 1))
  const window = await windowFormat(network, { format: 'window', ...(settings.spikeCounts && { spikeCounts: true }) }, share(0))
  const parts: Part[] = [{ format: 'window', file: 'window.onnx', exported: window }]
  for (const [i, [format, file, make]] of others.entries()) parts.push({ format, file, ...(await attempt(() => make(network, { ...settings, format }, share(i + 1)))) })
  const files = new Map<string, Uint8Array>(parts.flatMap(({ file, exported }) => (exported ? [[file, exported.bytes] as const] : [])))
  const { golden, answers } = await measured(window, network)
  for (const [name, content] of golden) files.set(`golden/${name}`, content)
  for (const [name, content] of await sampleFiles()) files.set(`samples/${name}`, text(content))
  files.set('samples/cpp/model.hpp', text(cppHeader(network.metadata, statesOf(parts))))
  const figures = cardFigures(network.metadata, answers, window.proof.firingRates)
  // Charts take their time to load, and only packages need them here.
  const { figureSvg } = await import('../../figures/svg.ts')
  for (const figure of figures) files.set(`figures/${figure.id}.svg`, text(figureSvg(figure, { width: 450 })))
  files.set('README.md', text(modelCard(network.metadata, parts, figures)))
  files.set('model.json', text(sidecar(network.metadata, parts, answers, files)))
  const bytes = zipSync(Object.fromEntries([...files].map(([name, content]) => [name, [content, { level: /\.(onnx|nir|safetensors)$/.test(name) ? 0 : 6, mtime: new Date('1980-01-02') }]])))
  const missing = parts.flatMap(({ format, refused }) => (refused === undefined ? [] : [`Without ${format}: ${refused}`]))
  return { file: 'model.zip', bytes, metadata: window.metadata, proof: window.proof, notes: [`Holds ${[...files.keys()].filter((name) => !name.includes('/')).join(', ')}, golden data and samples.`, ...missing], open: window.open }
}

/** A format that doesn't suit the network is left out; any other fault is one. */
async function attempt(make: () => Promise<Exported>): Promise<Pick<Part, 'exported' | 'refused'>> {
  try {
    return { exported: await make() }
  } catch (error) {
    if (error instanceof UnsuitableError || error instanceof ProofError || (error instanceof Error && error.name === 'GraphError')) return { refused: error.message }
    throw error
  }
}

/** What is known of the window by running it: golden data, and answers over time. */
async function measured(window: Exported, { dataset, metadata, batch, signal }: TrainedNetwork): Promise<{ golden: Map<string, Uint8Array>; answers: TestAnswers }> {
  const runner = await window.open()
  try {
    return { golden: await goldenData(runner, dataset, metadata), answers: await testAnswers(runner, dataset, batch, signal) }
  } finally {
    await runner.release()
  }
}

/** The test split's golden data, and a recording from events to logits; of networks of pictures only the former. */
async function goldenData(runner: ModelRunner, dataset: Dataset, metadata: ModelMetadata): Promise<Map<string, Uint8Array>> {
  const files = new Map([...(await golden(runner, dataset))].map(([name, content]) => [name.replace('golden-', ''), content]))
  const made = goldenRecording(metadata)
  if (!made) return files
  const { sensor: [high, wide], events: { t, x, y, p }, frames: { data, shape } } = made
  const { logits } = await runner.run(data, 1)
  const lines = Array.from(t, (time, i) => `${time},${x[i]},${y[i]},${p[i]}`)
  files.set('recording.csv', text(`%geometry:${wide},${high}\nt,x,y,p\n${lines.join('\n')}\n`))
  files.set('recording-frames.npy', npy(data, shape))
  files.set('recording-logits.npy', npy(logits, [logits.length]))
  return files
}

/** What the step file hands from timestep to timestep, where there is one. */
function statesOf(parts: readonly Part[]): ModelMetadata['states'] {
  const step = parts.find(({ format }) => format === 'step')?.exported
  return step && decodeMetadata(step.metadata).states
}

/** What numbers in recordings and frames mean. */
const conventions = (pictures: boolean): Readonly<Record<string, string>> => ({
  frames: '[N, T, C, H, W] float32',
  origin: 'upper left, y downwards',
  ...(pictures ? { values: '0..1, less the mean, by the deviation (normalization); one picture, shown at every timestep' } : { channels: '0 OFF, 1 ON', times: 'microseconds', polarity: '1 ON, 0 OFF' }),
  logits: 'mean over the timesteps of logits_per_timestep, in the order of labels',
})

/** model.json: metadata, conventions, proofs and hashes for programs. */
function sidecar(metadata: ModelMetadata, parts: readonly Part[], { samples, accuracyByTimestep }: TestAnswers, files: ReadonlyMap<string, Uint8Array>): string {
  const formats = parts.map(({ format, file, exported, refused }) => {
    if (!exported) return { format, refused }
    const { proof, notes, quantization } = exported
    return { format, file, proof, accuracyInterval95: wilson(proof.accuracyExported, proof.samples), notes, ...(format === 'step' && { states: statesOf(parts) }), ...(quantization && { quantization }) }
  })
  const hashes = Object.fromEntries([...files].map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]))
  const accuracy = { ...metadata.accuracy, interval95: wilson(metadata.accuracy.value, metadata.accuracy.samples) }
  const byTimestep = accuracyByTimestep.map((value) => ({ value, interval95: wilson(value, samples) }))
  return `${JSON.stringify({ saccade: VERSION, ...metadata, conventions: conventions(metadata.normalization !== undefined), accuracy, accuracyByTimestep: byTimestep, formats, sha256: hashes }, null, 2)}\n`
}

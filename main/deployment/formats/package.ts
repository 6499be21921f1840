import { createHash } from 'node:crypto'
import { zipSync } from 'fflate'
import { eventsToFrames } from '../../datasets/frames.ts'
import type { EventBatch } from '../../events/recording.ts'
import { Random } from '../../random.ts'
import { VERSION } from '../../version.ts'
import { golden, npy } from '../golden.ts'
import type { ModelMetadata } from '../metadata.ts'
import { cppHeader, cppSample } from '../package/cpp.ts'
import { modelCard, type Part, ratesSvg, wilson } from '../package/card.ts'
import { pythonSample } from '../package/python.ts'
import { framesSample, nodeSample, webSample } from '../package/typescript.ts'
import { ProofError } from '../proof.ts'
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
  for (const [name, content] of await goldenData(window, network)) files.set(`golden/${name}`, content)
  for (const [name, content] of samples(network.metadata)) files.set(`samples/${name}`, text(content))
  files.set('firing-rates.svg', text(ratesSvg(window.proof.firingRates ?? [])))
  files.set('README.md', text(modelCard(network.metadata, parts)))
  files.set('model.json', text(sidecar(network.metadata, parts, files)))
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

/** The test split's golden data, and a recording from events to logits; of networks of pictures only the former. */
async function goldenData(window: Exported, { dataset, metadata }: TrainedNetwork): Promise<Map<string, Uint8Array>> {
  const runner = await window.open()
  try {
    const files = new Map([...(await golden(runner, dataset))].map(([name, content]) => [name.replace('golden-', ''), content]))
    if (metadata.normalization || metadata.filters.length > 0) return files
    const [high, wide] = metadata.sensor
    const events = randomEvents(high, wide)
    const { data, shape } = eventsToFrames(events, metadata.sensor, metadata.framing)
    if (shape.join() !== dataset.shape.join()) return files
    const { logits } = await runner.run(data, 1)
    const lines = Array.from(events.t, (t, i) => `${t},${events.x[i]},${events.y[i]},${events.p[i]}`)
    files.set('recording.csv', text(`%geometry:${wide},${high}\nt,x,y,p\n${lines.join('\n')}\n`))
    files.set('recording-frames.npy', npy(data, shape))
    files.set('recording-logits.npy', npy(logits, [logits.length]))
    return files
  } finally {
    await runner.release()
  }
}

/** Events in no order of space: they look like nothing, and every pixel is as likely as the other. */
function randomEvents(high: number, wide: number): EventBatch {
  const random = new Random(1, 'golden recording')
  const length = 5003
  const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
  for (let i = 0, t = 1000; i < length; i++, t += random.below(40)) [batch.t[i], batch.x[i], batch.y[i], batch.p[i]] = [t, random.below(wide), random.below(high), random.below(2)]
  return batch
}

function samples(metadata: ModelMetadata): Map<string, string> {
  return new Map([
    ['python/classify.py', pythonSample],
    ['typescript/frames.ts', framesSample], ['typescript/node.ts', nodeSample], ['typescript/web.ts', webSample],
    ['typescript/package.json', '{ "type": "module", "dependencies": { "onnxruntime-node": "*", "onnxruntime-web": "*" } }\n'],
    ['cpp/model.hpp', cppHeader(metadata)], ['cpp/classify.cpp', cppSample],
  ])
}

/** model.json: metadata, proofs and hashes for programs. */
function sidecar(metadata: ModelMetadata, parts: readonly Part[], files: ReadonlyMap<string, Uint8Array>): string {
  const formats = parts.map(({ format, file, exported, refused }) => {
    if (!exported) return { format, refused }
    const { proof, notes, quantization } = exported
    return { format, file, proof, accuracyInterval95: wilson(proof.accuracyExported, proof.samples), notes, ...(quantization && { quantization }) }
  })
  const hashes = Object.fromEntries([...files].map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]))
  const accuracy = { ...metadata.accuracy, interval95: wilson(metadata.accuracy.value, metadata.accuracy.samples) }
  return `${JSON.stringify({ saccade: VERSION, ...metadata, accuracy, formats, sha256: hashes }, null, 2)}\n`
}

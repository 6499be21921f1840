import { buildWindowProgram } from '../../snn/window-program.ts'
import { encodeMetadata } from '../metadata.ts'
import { judge, prove } from '../proof.ts'
import type { ExportSettings } from '../schema.ts'
import type { TrainedNetwork } from '../trained.ts'
import { WindowRunner } from '../window-runner.ts'
import { type Exported, type Format, UnsuitableError } from './format.ts'

/** What a window's ports are to be. @throws UnsuitableError where the network is of no still pictures */
export function windowPorts({ shape: { still } }: Pick<TrainedNetwork, 'shape'>, { image, batch }: ExportSettings): { input?: 'image'; batch?: number } {
  if (image && !still)
    throw new UnsuitableError('The variant with one still image is for networks that were trained on pictures: this one sees other frames at every timestep. Export it as a window.')
  return { ...(image && { input: 'image' as const }), ...(batch !== undefined && { batch }) }
}

/** "conv2, conv3 and conv4" */
const listed = (layers: readonly string[]): string => [...new Set(layers)].join(', ').replace(/, (?=[^,]*$)/, ' and ')

/**
 * What a file with convolutions in tiles says of them.
 * @param tiled layers that are computed so
 */
function tileNotes(tiled: readonly string[], bytes: number, plainBytes: number): string[] {
  if (tiled.length === 0) return ["No convolution of this network is faster in Winograd's tiles: all are computed as they are, and the file is the plain one."]
  const megabytes = (size: number): string => `${(size / 1e6).toPrecision(3)} MB`
  return [
    `Convolutions in Winograd's tiles (${listed(tiled)}): faster on CPUs. Sums are taken in another order, so that numbers differ by rounding (about 1e-6 of a neuron's input) from those of the plain window and of step.onnx, and a neuron right at its threshold may fire otherwise.`,
    `Their weights stand in the file as they are multiplied: ${megabytes(bytes)}, the plain window ${megabytes(plainBytes)}.`,
  ]
}

/** A whole sample at once (snn/window-program.ts). */
export const windowFormat: Format = async (network, settings, onProgress): Promise<Exported> => {
  const { shape, weights, dataset, engine } = network
  const ports = windowPorts(network, settings)
  const winograd = settings.convolutions === 'winograd'
  const metadata = encodeMetadata({ ...network.metadata, format: 'window', ...ports, ...(winograd && { convolutions: 'winograd' as const }) })
  const options = { ...shape, weights, image: settings.image, batch: settings.batch, convolutions: settings.convolutions }
  const wanted = { ...options, spikeCounts: settings.spikeCounts ?? false, metadata }
  const { onnx: bytes, tiled } = buildWindowProgram(wanted)
  const open = (onnx: Uint8Array): Promise<WindowRunner> => WindowRunner.open(engine, onnx, dataset.shape, shape.classes, ports)
  const proof = await prove({ ...network, onnx: bytes, withRates: buildWindowProgram({ ...options, firingRates: true }).onnx, open, onProgress })
  judge(proof, network.own)
  const notes = winograd ? tileNotes(tiled, bytes.length, buildWindowProgram({ ...wanted, convolutions: 'plain' }).onnx.length) : []
  return { file: 'model.onnx', bytes, metadata, proof, notes, open: () => open(bytes) }
}

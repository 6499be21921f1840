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

/** A whole sample at once (snn/window-program.ts). */
export const windowFormat: Format = async (network, settings, onProgress): Promise<Exported> => {
  const { shape, weights, dataset, engine } = network
  const ports = windowPorts(network, settings)
  const metadata = encodeMetadata({ ...network.metadata, format: 'window', ...ports })
  const options = { ...shape, weights, image: settings.image, batch: settings.batch }
  const bytes = buildWindowProgram({ ...options, spikeCounts: settings.spikeCounts ?? false, metadata }).onnx
  const open = (onnx: Uint8Array): Promise<WindowRunner> => WindowRunner.open(engine, onnx, dataset.shape, shape.classes, ports)
  const proof = await prove({ ...network, onnx: bytes, withRates: buildWindowProgram({ ...options, firingRates: true }).onnx, open, onProgress })
  judge(proof, network.own)
  return { file: 'model.onnx', bytes, metadata, proof, notes: [], open: () => open(bytes) }
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { quantize } from '../../main/deployment/int8/quantize.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { buildStepProgram, type StepState } from '../../main/snn/step-program.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'

/** What can be measured; int8-convolutions is the 8-bit model as compilers for accelerators want it. */
export const formatNames = ['window', 'window-winograd', 'step', 'int8', 'int8-convolutions'] as const
export type FormatName = (typeof formatNames)[number]

/** What a process needs to run a file, written beside it. */
export interface FileFacts {
  readonly shape: NetworkShape['shape']
  readonly classes: number
  /** Of a step model. */
  readonly states?: readonly StepState[]
}

/** Its input is binary, which 8 bits hold. */
const binary = { scale: 1, signed: false, exact: true, few: true } as const

/** Writes VGGSNN of frames 48x48 in a format, and FILE.json with its facts. @returns its path */
export function writeFormat(folder: string, name: FormatName, timesteps: number): string {
  const network: NetworkShape = { network: vggsnn.network, classes: 10, shape: [timesteps, 2, 48, 48] }
  const weights = initialVariables(networkInfo(network), 1)
  const window = (convolutions: 'plain' | 'winograd' = 'plain'): Uint8Array => buildWindowProgram({ ...network, weights, convolutions }).onnx
  const { onnx, states }: { onnx: Uint8Array; states?: readonly StepState[] } =
    name === 'step' ? buildStepProgram({ ...network, weights })
    : name === 'window' ? { onnx: window() }
    : name === 'window-winograd' ? { onnx: window('winograd') }
    : quantize(window(), binary, name === 'int8' ? 'products' : 'convolutions')
  const file = join(folder, `${name}.onnx`)
  const facts: FileFacts = { shape: network.shape, classes: network.classes, ...(states && { states }) }
  writeFileSync(file, onnx)
  writeFileSync(`${file}.json`, JSON.stringify(facts))
  return file
}

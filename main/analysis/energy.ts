import { outputsOf } from './outputs.ts'
import type { EnergyResult } from './schema.ts'
import type { Subject } from './subject.ts'
import { timeOf } from './time.ts'

/** Picojoules of an addition and of a multiply-accumulate of 32-bit numbers in 45 nm CMOS (Horowitz 2014; Rathi & Roy 2021; TET). */
export const AC_PJ = 0.9
export const MAC_PJ = 4.6

/**
 * Operations and energy of an inference, as TET counts them: the first layer's input are real values, so it multiplies and
 * accumulates at every timestep; every other layer adds a weight for each spike that reaches it: drive x MACs x T additions,
 * drive the mean of the layer's input (after average pooling the rate before it; SEW-ADD's sums count every spike). Neurons'
 * own updates, batch norm (folded) and memory are not counted. The ANN is the same network run once with multiply-accumulates.
 */
export function energyOf(layers: readonly { readonly name: string; readonly macs: number; readonly drive: number }[], timesteps: number): Pick<EnergyResult, 'layers' | 'picojoules' | 'annPicojoules'> {
  const counted = layers.map(({ name, macs, drive }, i) => {
    const kind = i === 0 ? ('mac' as const) : ('ac' as const)
    const operations = kind === 'mac' ? macs * timesteps : drive * macs * timesteps
    return { name, drive, macsPerTimestep: macs, operations, kind, picojoules: operations * (kind === 'mac' ? MAC_PJ : AC_PJ) }
  })
  return {
    layers: counted,
    picojoules: counted.reduce((sum, layer) => sum + layer.picojoules, 0),
    annPicojoules: layers.reduce((sum, { macs }) => sum + macs * MAC_PJ, 0),
  }
}

export async function energy(subject: Subject): Promise<EnergyResult> {
  const { logits, labels, layers } = await outputsOf(subject)
  const [timesteps] = subject.shape.shape
  const accuracy = timeOf(logits, labels, timesteps, subject.shape.classes).running.at(-1) ?? NaN
  return { kind: 'energy', options: subject.options, samples: labels.length, timesteps, accuracy, ...energyOf(layers, timesteps) }
}

import type { AnalysisResult, LibraryModel } from '../../../../preload/contract/index.ts'
import type { ViewNode } from '../../../../preload/contract/graph-view.ts'

/** What was measured of layers, by their names: "conv1", "block1.conv2". */
export interface Measured {
  /** Spikes per neuron and timestep. */
  readonly rates: ReadonlyMap<string, number>
  readonly neurons: ReadonlyMap<string, number>
  /** Operations and picojoules of an inference. */
  readonly energy: ReadonlyMap<string, { readonly operations: number; readonly kind: 'mac' | 'ac'; readonly picojoules: number }>
  /** Where the numbers come from, in words; empty: nothing was measured. */
  readonly sources: readonly string[]
}

/** Firing rates of the proof or the firing analysis, energy of the energy analysis of the same checkpoint. */
export function measuredOf(model: LibraryModel, analyses: readonly AnalysisResult[]): Measured {
  const checkpoint = 'checkpoint' in model ? model.checkpoint : null
  const own = analyses.filter(({ options }) => options.checkpoint === checkpoint)
  const firing = own.find((result) => result.kind === 'firing')
  const energy = own.find((result) => result.kind === 'energy')
  const proven = 'proof' in model ? (model.proof.firingRates ?? []) : []
  return {
    rates: new Map(firing ? firing.layers.map(({ name, rate }) => [name, rate]) : proven.map(({ layer, exported }) => [layer, exported])),
    neurons: new Map((firing?.layers ?? energy?.counts.neuronLayers ?? []).map(({ name, neurons }) => [name, neurons])),
    energy: new Map((energy?.layers ?? []).map(({ name, operations, kind, picojoules }) => [name, { operations, kind, picojoules }])),
    sources: [
      ...(firing ? ['Firing rates: firing analysis.'] : proven.length > 0 ? ['Firing rates: proof of the export.'] : []),
      ...(energy ? ['Operations and energy: energy analysis.'] : []),
    ],
  }
}

/** What was measured of a box; null where it stands for no layer or nothing is known. */
export interface Annotation {
  readonly rate: number | null
  readonly operations: number | null
  readonly picojoules: number | null
}

const belongs = (name: string, layer: string): boolean => name === layer || name.startsWith(`${layer}.`)

/** Of a collapsed layer: what of it was measured, its parts together; rates weighed by their neurons where they are known. */
export function annotationOf({ group }: Pick<ViewNode, 'group'>, { rates, neurons, energy }: Measured): Annotation {
  const nothing = { rate: null, operations: null, picojoules: null }
  if (group === undefined || group.includes('/')) return nothing
  const fired = [...rates].filter(([name]) => belongs(name, group))
  const weights = fired.map(([name]) => neurons.get(name) ?? 1)
  const spent = [...energy].filter(([name]) => belongs(name, group)).map(([, figures]) => figures)
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  return {
    rate: fired.length === 0 ? null : sum(fired.map(([, rate], i) => rate * (weights[i] ?? 1))) / sum(weights),
    operations: spent.length === 0 ? null : sum(spent.map(({ operations }) => operations)),
    picojoules: spent.length === 0 ? null : sum(spent.map(({ picojoules }) => picojoules)),
  }
}

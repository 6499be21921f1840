import type { Measure } from '../snn/drive-program.ts'
import { explained } from './conventions.ts'
import type { EnergyResult } from './schema.ts'
import type { Conventions, CountedLayer, EnergyCounts } from './schemas/energy.ts'

/** How operations of one part of a network are counted: `each` times what is measured of its input, at every timestep or once. */
export interface CountingRule {
  readonly name: string
  readonly of: 'synapses' | 'neurons' | 'batchNorm'
  readonly kind: 'mac' | 'ac'
  readonly when: 'every' | 'once'
  readonly each: number
  /** null: all operations are made, whatever the input is. */
  readonly measure: Measure | null
}

type Counted = Omit<CountedLayer, Measure>

function synapseRule(layer: Counted, last: boolean, still: boolean, conventions: Conventions): CountingRule | null {
  const { name, macs, reached, levels } = layer
  const exact = conventions.synapses === 'exact'
  const all = exact ? reached : macs
  const rule = (kind: 'mac' | 'ac', each: number, measure: Measure | null, when: CountingRule['when'] = 'every'): CountingRule => ({ name, of: 'synapses', kind, when, each, measure })
  if (last && conventions.outputLayer === 'none') return null
  if (last && conventions.outputLayer === 'once') return rule('mac', all, null, 'once')
  // Real numbers: the input of the network, or "spikes" that are a sigmoid.
  if (levels === null) return rule('mac', all, null, still && conventions.firstLayer === 'once' ? 'once' : 'every')
  const [mean, active] = exact ? (['reach', 'activeReach'] as const) : (['mean', 'active'] as const)
  if (levels.parts > 1 && conventions.pooled === 'several') return rule('ac', all * levels.parts, mean)
  const multiplies = levels.parts > 1 ? conventions.pooled === 'mac' : levels.most > 1 && conventions.sums === 'mac'
  return multiplies ? rule('mac', all, active) : rule('ac', all, mean)
}

/**
 * The rules that conventions make for a network. As TET counts (the default): real inputs multiply and accumulate at every timestep,
 * every other layer adds a weight for each spike that reaches it, rate x MACs.
 * @param layers every layer with weights, the read-out last
 */
export function countingRules({ layers, neuronLayers, still, leaks }: Omit<EnergyCounts, 'layers'> & { readonly layers: readonly Counted[] }, conventions: Conventions): CountingRule[] {
  const first = layers.findIndex(({ levels }) => levels !== null)
  const synapses = layers.flatMap((layer, i) => {
    // Behind the first layer of spikes real numbers differ from timestep to timestep.
    const rule = synapseRule(layer, i === layers.length - 1, still && (first === -1 ? i === 0 : i < first), conventions)
    return rule ? [rule] : []
  })
  const always = (of: 'neurons' | 'batchNorm', kind: 'mac' | 'ac', name: string, each: number): CountingRule => ({ name, of, kind, when: 'every', each, measure: null })
  const neurons = conventions.neurons === 'counted' ? neuronLayers.map(({ name, neurons: count }) => always('neurons', leaks ? 'mac' : 'ac', name, count)) : []
  const norms = conventions.batchNorm === 'counted' ? layers.filter(({ normalized }) => normalized > 0).map(({ name, normalized }) => always('batchNorm', 'mac', name, normalized)) : []
  return [...synapses, ...neurons, ...norms]
}

export const priceOf = ({ kind }: Pick<CountingRule, 'kind'>, { addition, multiplication }: Conventions): number => (kind === 'mac' ? multiplication : addition)

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * Operations and energy of an inference under the conventions given, and of the first t timesteps alone. The ANN is the same network
 * run once with multiply-accumulates; it has no neurons to update.
 */
export function energyOf(counts: EnergyCounts, conventions: Conventions): Pick<EnergyResult, 'layers' | 'updates' | 'picojoules' | 'annPicojoules' | 'annOperations' | 'ratio'> & { readonly until: readonly number[] } {
  const timesteps = counts.layers[0]?.mean.length ?? 0
  const rules = countingRules(counts, conventions)
  const at = ({ name, each, measure }: CountingRule, t: number): number => each * (measure === null ? 1 : (counts.layers.find((layer) => layer.name === name)?.[measure][t] ?? NaN))
  const until = Array.from({ length: timesteps }, () => 0)
  const rows = rules.map((rule) => {
    let operations = 0
    for (let t = 0; t < timesteps; t++) {
      if (rule.when === 'every' || t === 0) operations += at(rule, t)
      until[t] = (until[t] ?? 0) + operations * priceOf(rule, conventions)
    }
    return { name: rule.name, of: rule.of, kind: rule.kind, operations, picojoules: operations * priceOf(rule, conventions) }
  })
  const updates = rows.flatMap(({ of, ...row }) => (of === 'synapses' ? [] : [{ ...row, of }]))
  const layers = counts.layers.flatMap((layer) => {
    const row = rows.find(({ name, of }) => of === 'synapses' && name === layer.name)
    if (!row) return []
    const { name, kind, operations, picojoules } = row
    return [{ name, operations, kind, picojoules, drive: mean(layer.mean), active: mean(layer.active), macsPerTimestep: conventions.synapses === 'exact' ? layer.reached : layer.macs }]
  })
  const picojoules = rows.reduce((sum, row) => sum + row.picojoules, 0)
  const annOperations = layers.reduce((sum, { macsPerTimestep }) => sum + macsPerTimestep, 0) + (conventions.batchNorm === 'counted' ? counts.layers.reduce((sum, { normalized }) => sum + normalized, 0) : 0)
  const annPicojoules = annOperations * conventions.multiplication
  return { layers, updates, picojoules, annPicojoules, annOperations, ratio: picojoules / annPicojoules, until }
}

/** The same inference counted under other conventions: from what was measured, without running it again. */
export function recounted(result: EnergyResult, changes: { readonly [K in keyof Conventions]?: Conventions[K] | undefined }): EnergyResult {
  const known = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const conventions: Conventions = { ...result.options.conventions, ...known }
  const { until, ...figures } = energyOf(result.counts, conventions)
  return {
    ...result, ...figures, options: { ...result.options, conventions }, conventions: explained(conventions),
    overTime: result.overTime.map((row, t) => ({ ...row, picojoules: until[t] ?? row.picojoules })),
  }
}

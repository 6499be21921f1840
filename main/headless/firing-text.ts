import type { FiringResult } from '../../preload/contract/index.ts'
import type { RateChange } from '../analysis/rate-changes.ts'
import { percent, table } from './terminal.ts'

/** Firing rates for the terminal. */
export function firingText({ layers, classes, rate, samples, timesteps, options }: FiringResult): string {
  const share = (part: number, whole: number): string => (part === 0 ? '0' : `${part} (${percent(part / whole)})`)
  const facts = table([
    ['spikes per neuron and timestep', rate.toFixed(4)],
    ['samples', `${samples} of the ${options.split} split, T = ${timesteps}`],
    ['saturated', options.saturatedAt === 1 ? 'spikes at every timestep of every sample' : `mean rate at least ${options.saturatedAt}`],
  ])
  const perLayer = table(
    layers.map(({ name, neurons, rate: mean, perTimestep, silent, saturated }) => [
      name, mean.toFixed(4), perTimestep.map((value) => value.toFixed(3)).join(', '), share(silent, neurons), share(saturated, neurons), String(neurons),
    ]),
    ['layer', 'rate', 't = 1..T', 'silent', 'saturated', 'neurons'],
  )
  const perClass = table(
    layers.map(({ name, perClass: rates }) => [name, ...rates.map((value) => value?.toFixed(4) ?? '–')]),
    ['layer', ...classes],
  )
  return `${facts}\n\n${perLayer}\n\n${perClass}`
}

/** How much more or less often a run's neurons spike than a reference's. */
export function rateChangesText(changes: readonly RateChange[]): string {
  return table(
    changes.map(({ name, reference: before, rate, change }) => [
      name, before.toFixed(4), rate.toFixed(4), change === null ? '–' : `${change > 0 ? '+' : ''}${change.toFixed(2)} %`,
    ]),
    ['layer', 'reference', 'this run', 'change'],
  )
}

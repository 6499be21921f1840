import type { EpochMetrics } from './schema.ts'

/**
 * Below this mean rate a layer is called silent. One spike per neuron in a thousand timesteps: at T = 10 a neuron speaks in one
 * sample of a hundred, so the layer tells nearly all samples apart by nothing at all and, its potentials being far from the
 * threshold, gets next to no surrogate gradient to recover with. Trained networks of this kind lie at 2 to 30 %.
 */
export const silentRate = 0.001
/**
 * Above this mean rate a layer is called saturated: firing in more than four of five timesteps it is close to a constant
 * (less than 0.72 bit per neuron and timestep), hard reset leaves it hardly any memory, and spikes cost their full energy.
 */
export const saturatedRate = 0.8

/** What is wrong with the firing of a network, for people; empty where nothing is. */
export function firingWarnings(rates: EpochMetrics['firingRates']): string[] {
  return rates.flatMap(({ layer, rate }) => {
    const percent = `${(rate * 100).toPrecision(2)} % of neurons and timesteps`
    if (rate < silentRate)
      return [`Layer ${layer} is silent (spikes in ${percent}): lower its threshold, raise tau or raise the learning rate.`]
    if (rate > saturatedRate)
      return [`Layer ${layer} is saturated (spikes in ${percent}): raise its threshold, lower tau or lower the learning rate.`]
    return []
  })
}

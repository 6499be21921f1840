import type { NetworkShape } from '../../snn/program.ts'
import type { NirDialect } from '../schema.ts'

/** Programs that read NIR and that our files were run in (test/deployment/nir-readers), by the revisions that they were run at. */
export const nirReaders = {
  snntorch: 'snnTorch 0.9.4 (634fc22)',
  spikingjelly: 'SpikingJelly 2.0.0.dev1 (afb1322)',
  norse: 'Norse 1.1.0-31 (065a3b4)',
} as const
export type NirReader = keyof typeof nirReaders

/** Why a reader doesn't compute what the network does; null where it does, but for rounding. */
export type Inexactness = string | null

/**
 * What each reader makes of a network's file in a dialect. Exact is: with the timestep that it takes where nothing else is said, states at
 * 0 at the start of each sample and one sample at a time.
 */
export function inexactness({ network: { neuron, layers } }: Pick<NetworkShape, 'network'>, dialect: NirDialect): Readonly<Record<NirReader, Inexactness>> {
  const { tau, resetValue } = neuron
  const integrates = tau === 1
  const padded = dialect === 'sumpool' && layers.some((layer) => layer.type === 'conv' && layer.pool?.kind === 'average' && layer.pool.padding > 0)
  const everywhere = padded ? 'it leaves the padding of sum pools out' : null
  const norse = everywhere ?? (resetValue === 0 ? null : 'it resets to 0, whatever the file says')
  if (dialect === 'norse') {
    const elsewhere = integrates ? 'it does not read an IF of r = 1 as what it is' : 'its timestep is 0.1 ms, and the file is written for 1 ms with r folded into the weights'
    return { norse, snntorch: elsewhere, spikingjelly: elsewhere }
  }
  const snntorch = dialect === 'sumpool' && integrates ? 'it asks for r = 1 of an IF, and leaks then' : norse
  return {
    snntorch,
    spikingjelly: everywhere ?? (resetValue === 0 ? null : 'it refuses neurons that leak to 0 and are reset to another value'),
    norse: dialect === 'sumpool' && integrates ? norse : 'it ignores r and takes timesteps of 1 ms: use the norse dialect',
  }
}

/** The same in sentences, for the record of an export. */
export function readerNotes(shape: Pick<NetworkShape, 'network'>, dialect: NirDialect): string[] {
  const found = Object.entries(inexactness(shape, dialect)) as [NirReader, Inexactness][]
  const exact = found.filter(([, reason]) => reason === null).map(([reader]) => nirReaders[reader])
  const others = found.flatMap(([reader, reason]) => (reason === null ? [] : [`${nirReaders[reader]}: ${reason}`]))
  return [
    exact.length > 0 ? `Exact in ${exact.join(', ')}, but for rounding, as run with nirtorch 2.06 and NIR 1.0.7.` : 'No reader that we know of is exact: the file is right by the specification only.',
    ...(others.length > 0 ? [`NOT exact in ${others.join('; ')}.`] : []),
    ...(exact.includes(nirReaders.spikingjelly) ? ['SpikingJelly fires where a potential equals the threshold exactly, this network does not.'] : []),
  ]
}

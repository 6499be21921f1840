import { originOf, type Draw } from './named.ts'

/** Energy per layer, and of an inference beside the same network without spikes. */
export const energyFigures: Draw<'energy'> = (runs) => {
  const layers = [...new Set(runs.flatMap(({ result }) => result.layers.map(({ name }) => name)))]
  const caption = 'E = 4.6 pJ · MACs of the first layer + 0.9 pJ · Σ rate · MACs of the others (45 nm CMOS), all T timesteps of an inference.'
  return [
    {
      id: 'energy-layers',
      title: 'Energy per layer',
      caption,
      source: 'TET, Section 4.5; Rathi & Roy 2021',
      panels: [
        {
          kind: 'bars',
          horizontal: true,
          categories: layers,
          x: { label: 'layer' },
          y: { label: 'energy per inference', unit: 'pJ' },
          series: runs.map(({ name, color, result }) => ({
            label: name,
            color,
            values: layers.map((layer) => result.layers.find((one) => one.name === layer)?.picojoules ?? null),
          })),
        },
      ],
      origin: originOf(runs),
    },
    {
      id: 'energy-ann',
      title: 'Energy beside the equivalent ANN',
      caption,
      source: 'TET, Section 4.5',
      panels: [
        {
          kind: 'bars',
          horizontal: true,
          categories: runs.map(({ name }) => name),
          x: { label: 'run' },
          y: { label: 'energy per inference', unit: 'pJ' },
          series: [
            { label: 'spiking network', color: 0, values: runs.map(({ result }) => result.picojoules) },
            { label: 'equivalent ANN', color: 'muted', values: runs.map(({ result }) => result.annPicojoules) },
          ],
        },
      ],
      aspect: 0.35,
      origin: originOf(runs),
    },
  ]
}

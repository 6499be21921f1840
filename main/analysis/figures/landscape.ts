import { originOf, type Draw } from './named.ts'

/** Loss around the checkpoints as surfaces and from above, on one scale. */
export const landscapeFigures: Draw<'landscape'> = (runs) => {
  const axis = { x: { label: 'direction a', unit: 'filter norms' }, y: { label: 'direction b', unit: 'filter norms' } }
  const grid = runs.map(({ name, result }) => ({ ...(runs.length > 1 && { title: name }), ...axis, xs: result.axis, ys: result.axis, values: result.loss }))
  const common = {
    caption: 'L(w + a d₁ + b d₂) around the checkpoint, in two random directions whose filters are as long as the weights’ own.',
    source: 'TRT, Fig. 3; TET, Fig. 2; Li et al. 2018',
    origin: [
      ...originOf(runs),
      ...runs.map(({ name, result }) => `${name}: ${result.options.loss.toUpperCase()} loss over ${result.samples} samples, seed ${result.options.seed}`),
    ],
  }
  return [
    { id: 'landscape-surface', title: 'Loss landscape', panels: grid.map((panel) => ({ kind: 'surface', ...panel, z: { label: 'loss' }, contours: 10 })), ...common },
    { id: 'landscape-contour', title: 'Loss landscape from above', panels: grid.map((panel) => ({ kind: 'heat', ...panel, scale: { label: 'loss' }, contours: 12 })), ...common },
  ]
}

import { UsageError } from '../workbench/api.ts'
import { choice, number } from './command.ts'

const string = { type: 'string' } as const

/** Flags of the analyses of the loss around a checkpoint, and of which checkpoints. */
export const landscapeFlags = {
  checkpoint: string, grid: string, span: string, loss: string, samples: string, 'cut-points': string,
  iterations: string, 'hessian-step': string, epochs: string, probes: string, directions: string, radius: string,
} as const

export const landscapeUsage = `  --epochs N,N,...        centroid: which of the kept epochs (default all)
  --grid N  --span X  --cut-points N  landscape: N x N points from -X to X filter norms, and points of each cut (default 13, 1, 25);
                          it goes on from what an earlier one of the same checkpoint has left
  --loss sdt|tet|own|own-fit  landscape, sharpness: which loss (default sdt); own: as it was trained, own-fit: without TRT's r(t)
  --iterations N  --hessian-step X  --probes N  sharpness: Hessian-vector products for the eigenvalue, their step as a share of the
                          weights' norm, random vectors for the trace (default 20, 0.003, 4)
  --directions N  --radius X  sharpness: loss rise X filter norms away along N random directions (default 10, 0.5)
  --samples N             landscape, sharpness: so many of the split (default 96);`

/** best, last or the number of a kept epoch. @throws UsageError */
function checkpointNamed(text = 'best'): 'best' | 'last' | number {
  if (text === 'best' || text === 'last') return text
  const epoch = Number(text)
  if (!Number.isInteger(epoch) || epoch < 1) throw new UsageError(`--checkpoint must be best, last or the number of a kept epoch, not "${text}".`)
  return epoch
}

/** @throws UsageError */
function epochsNamed(text: string | undefined): number[] | undefined {
  const epochs = text?.split(',').map((part) => number(part.trim(), 'epochs') ?? NaN)
  if (epochs?.some((epoch) => !Number.isInteger(epoch) || epoch < 1)) throw new UsageError(`--epochs must be numbers of kept epochs, separated by commas, not "${text ?? ''}".`)
  return epochs
}

/** What the flags say, in the words of the analyses' options. @throws UsageError naming the flag */
export function landscapeOptions(values: { readonly [Name in keyof typeof landscapeFlags]?: string | undefined }) {
  return {
    checkpoint: checkpointNamed(values.checkpoint),
    epochs: epochsNamed(values.epochs),
    grid: number(values.grid, 'grid'),
    span: number(values.span, 'span'),
    loss: choice(values.loss, 'loss', ['sdt', 'tet', 'own', 'own-fit'], 'sdt'),
    samples: number(values.samples, 'samples'),
    cutPoints: number(values['cut-points'], 'cut-points'),
    iterations: number(values.iterations, 'iterations'),
    hessianStep: number(values['hessian-step'], 'hessian-step'),
    probes: number(values.probes, 'probes'),
    directions: number(values.directions, 'directions'),
    radius: number(values.radius, 'radius'),
  }
}

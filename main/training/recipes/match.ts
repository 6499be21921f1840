import { framingKey } from '../../datasets/framing.ts'
import type { DatasetManifest } from '../../datasets/schema.ts'
import { framingOf, type PaperDataset } from './datasets.ts'

/** What of an imported dataset tells whether it is a paper's. */
export type Known = Pick<DatasetManifest, 'classes' | 'shape' | 'kind' | 'framing' | 'filters'> & { readonly train: readonly number[]; readonly test: readonly number[] }

/** How an imported dataset compares with a paper's. */
export interface Match {
  /** Its classes, kind and frames are the paper's: it may be the dataset. Names of classes can't prove it; its owner can. */
  readonly fits: boolean
  /** It would fit, had it been imported with another T: importing it again is enough. */
  readonly onlyTimesteps: boolean
  /** Why it is not the paper's, or not as the paper uses it; nothing to do with T. */
  readonly faults: readonly string[]
  /** What to know before it is taken for the paper's. */
  readonly differences: readonly string[]
}

const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
const number = (count: number): string => count.toLocaleString('en-US')

/** Rounding of a share per class moves a few samples. */
const far = (count: number, published: number): boolean => Math.abs(count - published) > 0.02 * published

/** Compares a dataset with the one that a paper uses at T = `timesteps`. */
export function matchDataset(known: Known, paper: PaperDataset, timesteps: number): Match {
  const { classes, kind = 'events', shape, framing, filters } = known
  const [T, ...frame] = shape
  const faults: string[] = []
  if (kind !== paper.kind) faults.push(kind === 'images' ? 'it holds pictures, not events' : 'it holds events, not pictures')
  if (classes.length !== paper.classes) faults.push(`it has ${number(classes.length)} classes, not ${number(paper.classes)}`)
  if (frame.join() !== paper.frame.join()) faults.push(`its frames are ${frame.join('×')}, not ${paper.frame.join('×')}`)
  const names = new Set(classes.map(bare))
  const absent = paper.names.filter((name) => !names.has(bare(name)))
  if (absent.length > 0 && classes.length === paper.classes) faults.push(`none of its classes is called ${absent.slice(0, 3).join(' or ')}`)
  const differences: string[] = []
  const [train, test] = [sum(known.train), sum(known.test)]
  if (far(train, paper.samples[0]) || far(test, paper.samples[1]))
    differences.push(`${number(train)} samples to train on and ${number(test)} to test on; the paper has ${number(paper.samples[0])} and ${number(paper.samples[1])}`)
  const rule = (one: DatasetManifest['framing'], chain: DatasetManifest['filters']) => JSON.stringify(framingKey({ ...one, timesteps }, chain))
  if (paper.kind === 'events' && kind === 'events' && rule(framing, filters) !== rule(framingOf(paper, timesteps), [...paper.filters]))
    differences.push(`framed in another way than “${paper.framingName}”`)
  const same = T === timesteps
  return { fits: faults.length === 0 && same, onlyTimesteps: faults.length === 0 && !same, faults, differences }
}

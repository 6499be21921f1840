import { Random } from '../random.ts'

/**
 * Stratified split: of every class round(share * n) samples are kept for testing, at least one where the share is above
 * zero and the class has two or more, and never all of them. Depends on seed and labels only.
 */
export function stratifiedSplit(labels: readonly number[], classes: number, share: number, seed: number): ('train' | 'test')[] {
  const split = labels.map((): 'train' | 'test' => 'train')
  const random = new Random(seed, 'split')
  for (let label = 0; label < classes; label++) {
    const rows = labels.flatMap((own, row) => (own === label ? [row] : []))
    const wanted = share > 0 ? Math.max(1, Math.round(rows.length * share)) : 0
    const count = Math.max(0, Math.min(wanted, rows.length - 1))
    for (const row of random.shuffle(rows).slice(0, count)) split[row] = 'test'
  }
  return split
}

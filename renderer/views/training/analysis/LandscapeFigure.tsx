import type { LandscapeResult } from '../../../../preload/contract/index.ts'
import { figure } from '../../../app/format.ts'
import styles from './analysis.module.css'

/** Where a loss lies between the lowest and the highest, 0..1, on a logarithmic scale: the valley's floor stays visible beside its walls. */
export function height(loss: number, lowest: number, highest: number): number {
  const floor = Math.max(1e-6, lowest)
  const range = Math.log(Math.max(floor * 1.0001, highest) / floor)
  return Math.min(1, Math.max(0, Math.log(Math.max(floor, loss) / floor) / range))
}

/** The loss from above: dark is low; the ring marks half the span, where the rise is measured. */
export function LandscapeFigure({ result }: { readonly result: LandscapeResult }) {
  const all = result.loss.flat()
  const [lowest, highest] = [Math.min(...all), Math.max(...all)]
  const n = result.axis.length
  const span = result.options.span
  return (
    <>
      <p className={styles.headline}>
        Loss {figure(result.centre)} at the checkpoint, <b>+{figure(result.rise)}</b> on average {span / 2} filter norms away
      </p>
      <svg className={styles.landscape} viewBox={`0 0 ${n} ${n}`} role="img" aria-label="Loss around the checkpoint">
        {result.loss.map((row, j) =>
          row.map((loss, i) => (
            <rect
              key={`${i},${j}`}
              x={i}
              y={n - 1 - j}
              width={1.02}
              height={1.02}
              fill={`color-mix(in oklab, var(--series-2) ${(100 * height(loss, lowest, highest)).toFixed(1)}%, var(--series-1))`}
            >
              <title>{`${result.axis[i]?.toFixed(2)}, ${result.axis[j]?.toFixed(2)}: loss ${figure(loss)}`}</title>
            </rect>
          )),
        )}
        <circle cx={n / 2} cy={n / 2} r={(n - 1) / 4} className={styles.ring} />
        <circle cx={n / 2} cy={n / 2} r={0.18} className={styles.centre} />
      </svg>
      <div className={styles.scale}>
        <span>{figure(lowest)}</span>
        <i aria-hidden />
        <span>{figure(highest)}</span>
      </div>
      <p className={styles.source}>
        {result.options.loss === 'sdt' ? 'Cross-entropy of the time mean' : 'Mean cross-entropy over timesteps'}, {result.samples} samples, two
        filter-normalized random directions from −{span} to {span}
      </p>
    </>
  )
}

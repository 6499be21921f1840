import type { CentroidResult } from '../../../../preload/contract/index.ts'
import { figure } from '../../../app/format.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import styles from './analysis.module.css'

/** The information centroid over epochs, and the traces of the first, a middle and the last of them. */
export function CentroidFigure({ result }: { readonly result: CentroidResult }) {
  const { epochs } = result
  const [first, last] = [epochs[0], epochs.at(-1)]
  if (!first || !last) return null
  const shown = [...new Set([first, epochs[Math.floor(epochs.length / 2)] ?? first, last])]
  return (
    <>
      <p className={styles.headline}>
        Information centroid from <b>{first.centroid.toFixed(2)}</b> (epoch {first.epoch}) to <b>{last.centroid.toFixed(2)}</b> (epoch{' '}
        {last.epoch})
      </p>
      <LineChart
        title="Information centroid"
        x={epochs.map(({ epoch }) => epoch)}
        xLabel="epoch"
        lines={[{ label: 'IC', color: '--series-1', values: epochs.map(({ centroid }) => centroid) }]}
        format={(value) => (value === null || value === undefined ? '–' : value.toFixed(2))}
        height={130}
      />
      <LineChart
        title="Trace of the Fisher information"
        x={first.trace.map((_, i) => i + 1)}
        xLabel="t ="
        lines={shown.map(({ epoch, trace }, i) => ({ label: `epoch ${epoch}`, color: `--series-${i + 1}`, values: trace }))}
        format={figure}
        range={[0, null]}
        height={130}
      />
      <p className={styles.source}>{result.batches} batches, the same for every epoch</p>
    </>
  )
}

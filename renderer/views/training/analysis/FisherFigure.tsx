import type { FisherResult } from '../../../../preload/contract/index.ts'
import { figure } from '../../../app/format.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import styles from './analysis.module.css'

/** I_t over t, with the information centroid in words. */
export function FisherFigure({ result }: { readonly result: FisherResult }) {
  return (
    <>
      <p className={styles.headline}>
        Information centroid <b>{result.centroid.toFixed(2)}</b> of {result.trace.length}
      </p>
      <LineChart
        title="Trace of the Fisher information"
        x={result.trace.map((_, i) => i + 1)}
        xLabel="t ="
        lines={[{ label: 'I(t)', color: '--series-1', values: result.trace }]}
        format={figure}
        range={[0, null]}
        height={150}
      />
      <p className={styles.source}>
        {result.options.estimator === 'published'
          ? 'Squared gradient of the batch mean, true labels, as published'
          : 'Per sample, labels drawn from the model'}
        ; {result.batches} batches
      </p>
    </>
  )
}

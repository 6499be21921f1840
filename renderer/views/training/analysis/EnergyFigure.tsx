import type { EnergyResult } from '../../../../preload/contract/index.ts'
import { percent } from '../../../app/format.ts'
import { Bars } from '../../../charts/Bars.tsx'
import styles from './analysis.module.css'

/** Picojoules in words. */
export function joules(picojoules: number): string {
  const units = ['pJ', 'nJ', 'µJ', 'mJ', 'J']
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, picojoules)) / 3)))
  return `${Number((picojoules / 1000 ** step).toPrecision(3))} ${units[step] ?? ''}`
}

/** Energy per layer: multiply-accumulates of the first, additions of the others. */
export function EnergyFigure({ result }: { readonly result: EnergyResult }) {
  return (
    <>
      <p className={styles.headline}>
        <b>{joules(result.picojoules)}</b> an inference at {percent(result.accuracy)}; as an ANN {joules(result.annPicojoules)}
      </p>
      <Bars
        label="Energy per layer"
        bars={result.layers.map(({ name, picojoules, kind, drive }) => ({
          label: name,
          parts: [{ value: picojoules, color: kind === 'mac' ? '--series-2' : '--series-1' }],
          text: `${joules(picojoules)}${kind === 'mac' ? ', multiply-accumulates' : `, ${percent(drive)} driven`}`,
        }))}
      />
      <p className={styles.source}>0.9 pJ an addition, 4.6 pJ a multiply-accumulate (45 nm); T = {result.timesteps}</p>
    </>
  )
}

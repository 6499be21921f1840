import { useMemo } from 'react'
import type { Run } from '../../../../preload/contract/index.ts'
import { colorsOf, learningFigures } from '../../../../preload/contract/figures.ts'
import { FigureFrame } from '../../../figures/FigureFrame.tsx'
import widgets from '../../../widgets/widgets.module.css'
import styles from '../analysis.module.css'
import { Compare } from '../Compare.tsx'
import { useComparedRuns } from '../compared.ts'

/** The run's learning curves beside those of other runs, straight from their epochs' records. */
export function CurvesPage({ run, title, text }: { readonly run: Run; readonly title: string; readonly text: string }) {
  const runs = useComparedRuns(run)
  const figures = useMemo(() => {
    const colors = colorsOf(runs.map(({ config }) => config.method.name))
    return learningFigures(runs.map((one, index) => ({ ...one, color: colors[index] ?? index })))
  }, [runs])
  return (
    <div className={widgets.page}>
      <section className={styles.inner} aria-label={title}>
        <h2 className={styles.title}>{title}</h2>
        <p className={styles.text}>{text}</p>
        <Compare run={run} />
        {figures.length === 0 && <p className={styles.nothing}>Drawn after the first epoch.</p>}
        {figures.map((figure) => (
          <FigureFrame key={figure.id} figure={figure} />
        ))}
      </section>
    </div>
  )
}

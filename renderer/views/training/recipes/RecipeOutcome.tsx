import { useEffect, useState } from 'react'
import { Button } from '@mantine/core'
import { IconChartDots3 } from '@tabler/icons-react'
import type { Experiment } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { attempt } from '../../../api/workbench.ts'
import { figure, percent, percentMark, plural } from '../../../app/format.ts'
import { go } from '../../../app/route.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import { Failure } from '../../../widgets/Problems.tsx'
import { Tag } from '../../../widgets/Tag.tsx'
import tables from '../training.module.css'
import { outcomeChart } from './chart.ts'
import { cellName, differenceText, obtainedText, publishedText } from './words.ts'
import styles from './recipes.module.css'

/** What an experiment that a recipe made has obtained so far, beside the published numbers. */
export function RecipeOutcome({ experiment, recipe }: { readonly experiment: Experiment; readonly recipe: NonNullable<Experiment['recipe']> }) {
  const { data, error, reload } = useCall('recipes.outcome', { id: experiment.id }, true)
  const [busy, setBusy] = useState(false)
  // Runs that end, and analyses that are taken, are told through the experiment.
  useEffect(reload, [experiment, reload])
  const analyze = async () => {
    setBusy(true)
    await attempt('recipes.analyze', { id: experiment.id }, 'The analyses could not be taken')
    setBusy(false)
    reload()
  }
  if (error !== null) return <Failure message={error} />
  const rows = data?.rows ?? []
  const chart = outcomeChart(rows)
  return (
    <>
      <div className={styles.verdict}>
        {recipe.comparable ? <Tag tone="good">as published, best test epoch</Tag> : <Tag tone="warn">not comparable with the paper</Tag>}{' '}
        <Button size="compact-xs" variant="subtle" onClick={() => go({ view: 'training', page: 'recipes', id: recipe.id })}>
          The recipe
        </Button>
        {recipe.caveats.length > 0 && (
          <ul className={styles.caveats} aria-label="What to know">
            {recipe.caveats.map((caveat) => (
              <li key={caveat}>{caveat}</li>
            ))}
          </ul>
        )}
      </div>
      <div className={`${styles.outcome} ${chart === null ? styles.alone : ''}`}>
        {chart !== null && (
          <Panel title={recipe.place}>
            <LineChart
              title={chart.title}
              help="chart.recipe"
              x={chart.x}
              xLabel={chart.xLabel}
              lines={chart.lines}
              format={chart.percent ? percent : figure}
              ticks={chart.percent ? percentMark : figure}
              range={[null, null]}
              height={230}
            />
          </Panel>
        )}
        <Panel
          title="Expected and obtained"
          flush
          aside={
            data !== null &&
            data.toAnalyze > 0 && (
              <Button size="compact-xs" variant="default" loading={busy} leftSection={<IconChartDots3 size={14} />} onClick={() => void analyze()}>
                Analyze {plural(data.toAnalyze, 'run')}
              </Button>
            )
          }
        >
          <div className={tables.tableBox}>
            <table className={tables.table} aria-label="Expected and obtained">
              <thead>
                <tr>
                  <th>Cell</th>
                  <th>Number</th>
                  <th className={tables.number}>Published</th>
                  <th className={tables.number}>Obtained</th>
                  <th className={tables.number}>Difference</th>
                  <th className={tables.number}>Seeds</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row, index) => (
                  <tr key={`${JSON.stringify(row.values)} ${row.figure}`}>
                    <td>{JSON.stringify(rows[index - 1]?.values) !== JSON.stringify(row.values) && <b>{cellName(row.values)}</b>}</td>
                    <td>{row.figure}</td>
                    <td className={tables.number}>{publishedText(row.expected)}</td>
                    <td className={tables.number}>{obtainedText(row)}</td>
                    <td className={tables.number}>{differenceText(row.difference)}</td>
                    <td className={tables.number}>{row.obtained?.count ?? 0}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      </div>
    </>
  )
}

import { useMemo } from 'react'
import type { DatasetSummary } from '../../../../preload/contract/index.ts'
import type { NamedResult } from '../../../../preload/contract/figures.ts'
import { compareMistakes, type Comparison } from '../../../../preload/contract/mistakes.ts'
import { messageOf } from '../../../api/workbench.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { SampleList } from './SampleList.tsx'
import { verdict } from './samples.ts'
import styles from './mistakes.module.css'

type Named = NamedResult<'mistakes'>

interface PairProps {
  /** What the two are called. */
  readonly names: readonly [string, string]
  readonly found: Comparison
  readonly classes: readonly string[]
  /** Where its samples are looked up; undefined where they can't be shown. */
  readonly dataset: DatasetSummary | undefined
}

/** Where two networks disagree: how often, who is right, and the samples. */
export function DisagreementPanel({ names: [first, second], found, classes, dataset }: PairProps) {
  const title = `${first} and ${second}`
  const name = (c: number): string => classes[c] ?? String(c)
  const { samples, bothRight, bothWrong, onlyFirst, onlySecond, disagreements } = found
  return (
    <Panel title={`Where ${title} disagree`}>
      <div className={styles.stack}>
        <table className={styles.table}>
          <tbody>
            <tr><th>both right</th><td>{bothRight}</td></tr>
            <tr><th>only {first}</th><td>{onlyFirst}</td></tr>
            <tr><th>only {second}</th><td>{onlySecond}</td></tr>
            <tr><th>both wrong</th><td>{bothWrong}</td></tr>
            <tr><th>samples</th><td>{samples}</td></tr>
          </tbody>
        </table>
        <p className={styles.quiet}>{verdict(found, first, second)}</p>
        {dataset !== undefined && disagreements.length > 0 && (
          <SampleList
            dataset={dataset}
            label={`Samples on which ${title} disagree`}
            items={disagreements.map(({ row, label, predicted: [a, b], right }) => ({
              row,
              note: right === 'neither' ? `${name(a)} / ${name(b)}` : `${right === 'first' ? '✓' : '✗'} ${name(a)} / ${right === 'second' ? '✓' : '✗'} ${name(b)}`,
              title: `row ${row}, ${name(label)}: ${first} says ${name(a)}, ${second} ${name(b)}`,
            }))}
          />
        )}
      </div>
    </Panel>
  )
}

function Pair({ first, second, dataset }: { readonly first: Named; readonly second: Named; readonly dataset: DatasetSummary | undefined }) {
  const found = useMemo((): Comparison | string => {
    try {
      return compareMistakes(first.result, second.result)
    } catch (error) {
      return messageOf(error)
    }
  }, [first, second])
  if (typeof found === 'string') return <Panel title={`${first.name} and ${second.name}`}>{found}</Panel>
  return <DisagreementPanel names={[first.name, second.name]} found={found} classes={first.result.classes} dataset={dataset} />
}

/** The page's run beside each of the others: where they say different things, and who is right. */
export function Disagreements({ runs, dataset }: { readonly runs: readonly Named[]; readonly dataset: DatasetSummary | undefined }) {
  const [first, ...others] = runs
  return first ? others.map((second) => <Pair key={second.run} first={first} second={second} dataset={second.result.dataset === first.result.dataset ? dataset : undefined} />) : null
}

import { useMemo, useState } from 'react'
import type { Run, StoredAnalysis } from '../../../preload/contract/index.ts'
import { figuresOf } from '../../../preload/contract/figures.ts'
import { hasWeights } from '../../../preload/contract/training.ts'
import { FigureFrame } from '../../figures/FigureFrame.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import { Compare } from './Compare.tsx'
import { useComparedRuns } from './compared.ts'
import { Controls } from './Controls.tsx'
import type { AnalysisEntry, ExtraProps, Options } from './registry.ts'
import { keptOf, matches, namedResults, optionsOf, useAnalysis } from './state.ts'
import styles from './analysis.module.css'

/** One analysis of a run and those beside it: how it is computed, and its figures. */
export function AnalysisView({ run, entry }: { readonly run: Run; readonly entry: AnalysisEntry }) {
  const { kind } = entry
  const state = useAnalysis()
  const { kept, shared, partial, options: forms, failure } = state
  const runs = useComparedRuns(run)
  const computed = useMemo(() => namedResults(kind, runs, { kept, shared, partial, options: forms }), [kind, runs, kept, shared, partial, forms])
  const options = useMemo(() => optionsOf({ options: state.options, shared }, kind), [state.options, shared, kind])
  const results = useMemo(() => computed.map((one) => ({ ...one, result: adapted(entry, one.result, options) })), [entry, computed, options])
  const figures = useMemo(() => (results.length === 0 ? [] : figuresOf(kind, results)), [kind, results])
  const found = keptOf(kept[run.id], kind, shared.checkpoint)
  const missing = entry.missing?.(run) ?? (!hasWeights({ ...run, epochsDone: run.epochs.length }) ? 'The run has no checkpoint yet: its first epoch is not finished.' : null)
  const { Extra } = entry
  const differing = results.slice(1).flatMap(({ run: id, name, result }) => {
    const what = results[0] === undefined ? '' : settings(result.options, results[0].result.options)
    return what === '' ? [] : [{ run: id, name, what }]
  })
  const [picked, setPicked] = useState<ExtraProps['picked']>(null)
  return (
    <div className={widgets.page}>
      <section className={styles.inner} aria-label={entry.title}>
        <h2 className={styles.title}>{entry.title}</h2>
        <p className={styles.text}>
          {entry.text} {entry.equation !== undefined && <i>{entry.equation}</i>} {entry.source !== undefined && <small>{entry.source}</small>}
        </p>
        <Controls run={run} entry={entry} runs={runs} missing={missing} />
        <Compare run={run} />
        {failure !== null && <Failure message={failure} />}
        {found !== undefined && !matches({ ...found, result: adapted(entry, found.result, options) }, options) && (
          <p className={styles.note}>Shown as it was computed, with other settings than those above: {settings(found.result.options, options)}.</p>
        )}
        {found?.stale === true && (
          <p className={styles.note}>
            Of epoch {found.epoch}: the run has been trained on since. Compute it again for the {String(shared.checkpoint ?? 'best')} checkpoint of now.
          </p>
        )}
        {differing.map(({ run: id, name, what }) => (
          <p key={id} className={styles.note}>
            {name} was computed with other settings than {results[0]?.name}: {what}. Mind it in the comparison.
          </p>
        ))}
        {results.length === 0 && missing === null && <p className={styles.nothing}>Not computed yet for this checkpoint.</p>}
        {figures.map((figure) => (
          <FigureFrame key={figure.id} figure={figure} onPick={(what) => setPicked({ ...what, figure: figure.id })} />
        ))}
        {Extra !== undefined && results.length > 0 && <Extra runs={results} run={run} picked={picked} />}
        {figures.length > 0 && <Origin lines={[...new Set(figures.flatMap(({ origin }) => origin))]} />}
      </section>
    </div>
  )
}

/** A result as the form asks for it, where that takes no new computation. */
const adapted = ({ adapt }: AnalysisEntry, result: StoredAnalysis['result'], options: Options): StoredAnalysis['result'] => adapt?.(result, options) ?? result

/** The settings that differ, as they were. */
function settings(was: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): string {
  return Object.keys(now)
    .filter((key) => now[key] !== undefined && JSON.stringify(was[key]) !== JSON.stringify(now[key]))
    .map((key) => `${key} ${typeof was[key] === 'object' ? JSON.stringify(was[key]) : String(was[key])}`)
    .join(', ')
}

export function Origin({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul className={styles.origin} aria-label="Computed of">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

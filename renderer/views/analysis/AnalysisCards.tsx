import { useEffect } from 'react'
import type { Run } from '../../../preload/contract/index.ts'
import { formatRoute } from '../../app/route.ts'
import { entries, pages } from './registry.ts'
import { readKept, useAnalysis } from './state.ts'
import styles from './cards.module.css'

/** What can be analysed of a run: cards that lead to the page of each. */
export function AnalysisCards({ run }: { readonly run: Run }) {
  const kept = useAnalysis((state) => state.kept[run.id])
  useEffect(() => {
    void readKept(run.id)
  }, [run.id])
  return (
    <section aria-label="Analyses" className={styles.analyses}>
      <h3>Analyses</h3>
      <ul className={styles.cards}>
        {[...entries, ...pages].map(({ kind, title, text }) => {
          const live = pages.find((page) => page.kind === kind)
          const found = kept?.find(({ result }) => result.kind === kind)
          return (
            <li key={kind}>
              <a href={formatRoute({ view: 'training', page: 'analysis', id: run.id, kind })} title={text}>
                <b>{title}</b>
                <small>{live ? (live.note ?? 'from the run’s records') : found === undefined ? 'not computed yet' : `${found.result.options.checkpoint} checkpoint, epoch ${found.epoch}`}</small>
              </a>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

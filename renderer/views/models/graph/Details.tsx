import type { ViewNode } from '../../../../preload/contract/graph-view.ts'
import { count, figure } from '../../../app/format.ts'
import { Facts } from '../../../widgets/Panel.tsx'
import type { Annotation } from './annotate.ts'
import { energyWords, sizeWords } from './text.ts'
import styles from './graph.module.css'

/** All that is known of the box that was chosen. */
export function Details({ node, annotation: { rate, operations, picojoules } }: { readonly node: ViewNode; readonly annotation: Annotation }) {
  const { title, op, group, within, count: many, shape, parameters, macs } = node
  return (
    <section className={styles.details} aria-label={`Details of ${title}`} aria-live="polite">
      <h3>{title}</h3>
      <Facts
        rows={[
          ['Kind', group === undefined ? op : `layer of ${count(many)} operations`],
          ['In layer', within === undefined ? null : within.replaceAll('/', ' › ')],
          ['Output', shape === undefined ? null : sizeWords(shape)],
          ['Parameters', parameters > 0 ? count(parameters) : null],
          ['MACs', macs > 0 ? count(macs) : null],
          ['Firing rate', rate === null ? null : `${figure(Number(rate.toPrecision(3)))} spikes per neuron and timestep`],
          ['Operations', operations === null ? null : count(Math.round(operations))],
          ['Energy', picojoules === null ? null : energyWords(picojoules)],
        ]}
      />
    </section>
  )
}

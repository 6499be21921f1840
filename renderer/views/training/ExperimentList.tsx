import type { ExperimentSummary } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { plural, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Tag } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { parameterName } from './experiment.ts'
import styles from './sweep.module.css'
import tables from './training.module.css'

/** How an experiment stands. */
export function ExperimentTag({ job, finished, failed, runs }: { readonly job: string | null; readonly finished: number; readonly failed: number; readonly runs: number }) {
  if (job !== null) return <Tag tone="accent">running</Tag>
  if (finished === runs) return <Tag tone="good">finished</Tag>
  return failed > 0 && finished + failed === runs ? <Tag tone="bad">{failed} failed</Tag> : <Tag tone="warn">paused</Tag>
}

/** What an experiment varies: "η, learning rate; 3 seeds"; of a recipe the place in its paper. */
export function variedText({ sweep, recipe }: Pick<ExperimentSummary, 'sweep' | 'recipe'>): string {
  if (recipe) return `${recipe.place}${recipe.scale === 'cpu' ? ', scaled down' : ''}`
  const axes = sweep.axes.map(({ parameter }) => parameterName(parameter)).join(', ')
  return [axes, sweep.seeds.length > 1 || axes === '' ? plural(sweep.seeds.length, 'seed') : ''].filter((part) => part !== '').join('; ')
}

/** All experiments, above the runs they are made of; nothing while there are none. */
export function ExperimentList() {
  const experiments = useLibrary((state) => state.experiments)
  if (experiments === null || experiments.length === 0) return null
  return (
    <div className={`${widgets.panel} ${tables.tableBox} ${styles.list}`}>
      <table className={tables.table} aria-label="Experiments">
        <thead>
          <tr>
            <th>Experiment</th>
            <th>Varies</th>
            <th>State</th>
            <th className={tables.number}>Runs finished</th>
            <th className={tables.when}>Started</th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <tr key={experiment.id}>
              <td className={tables.nameCell}>
                <button type="button" onClick={() => go({ view: 'training', page: 'experiment', id: experiment.id })}>
                  {experiment.name}
                </button>
              </td>
              <td>{variedText(experiment)}</td>
              <td>
                <ExperimentTag {...experiment} />
              </td>
              <td className={tables.number}>
                {experiment.finished} / {experiment.runs}
              </td>
              <td className={tables.when}>{since(experiment.created, new Date())}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

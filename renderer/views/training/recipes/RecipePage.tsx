import { useEffect } from 'react'
import { Button, Loader } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import type { RecipeDetails } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { workbench } from '../../../api/workbench.ts'
import { go } from '../../../app/route.ts'
import { EmptyState } from '../../../widgets/EmptyState.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import { Failure } from '../../../widgets/Problems.tsx'
import { Tag } from '../../../widgets/Tag.tsx'
import widgets from '../../../widgets/widgets.module.css'
import tables from '../training.module.css'
import { StartRecipe } from './StartRecipe.tsx'
import { cellName, publishedText } from './words.ts'
import styles from './recipes.module.css'

function Published({ table }: Pick<RecipeDetails, 'table'>) {
  return (
    <Panel title="Published numbers" flush>
      <div className={tables.tableBox}>
        <table className={tables.table} aria-label="Published numbers">
          <thead>
            <tr>
              <th>Cell</th>
              <th>Number</th>
              <th className={tables.number}>Published</th>
              <th className={tables.number}>Runs</th>
              <th>Trained with</th>
            </tr>
          </thead>
          <tbody>
            {table.flatMap(({ values, figures, seeds, settings }) =>
              figures.map(({ name, expected }, i) => (
                <tr key={`${JSON.stringify(values)} ${name}`}>
                  <td>{i === 0 && <b>{cellName(values)}</b>}</td>
                  <td>{name}</td>
                  <td className={tables.number}>{publishedText(expected)}</td>
                  <td className={tables.number}>{i === 0 && seeds}</td>
                  <td className={styles.settings}>{i === 0 && settings}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

/** A table or figure of a paper: what it says, what it needs, and its start. */
export function RecipePage({ id }: { readonly id: string }) {
  const { data: recipe, error, reload } = useCall('recipes.get', { id }, true)
  useEffect(() => workbench().on('library.changed', ({ what }) => what === 'datasets' && reload()), [reload])
  if (error !== null)
    return (
      <div className={widgets.inner}>
        <Failure message={error} />
      </div>
    )
  if (recipe === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the recipe…" />
  const { place, title, about, paper, paperTitle, paperWhere, table, cited, notes, analyses } = recipe
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <Button variant="subtle" leftSection={<IconArrowLeft size={15} />} onClick={() => go({ view: 'training', page: 'recipes', id: null })}>
            Recipes
          </Button>
          <h2>{title}</h2>
          <Tag tone="accent">
            {paper.toUpperCase()}, {place}
          </Tag>
        </div>
        <p className={styles.lead}>
          {about} {analyses.length > 0 && `Every run is analyzed once it is finished (${analyses.join(', ')}).`}{' '}
          <span className={tables.hint}>
            {paperTitle}; {paperWhere}.
          </span>
        </p>
        <div className={styles.columns}>
          <div className={styles.stack}>
            <Published table={table} />
            {notes.length > 0 && (
              <Panel title="What to know">
                <ul className={styles.notes}>
                  {notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              </Panel>
            )}
            {cited.length > 0 && (
              <Panel title="Also in it, not trained here">
                <ul className={styles.cited}>
                  {cited.map(({ label, text, why }) => (
                    <li key={label}>
                      {label}: {text} <span>({why})</span>
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
          </div>
          <div className={styles.stack}>
            <StartRecipe recipe={recipe} />
          </div>
        </div>
      </div>
    </div>
  )
}

import { useState } from 'react'
import { Button, Checkbox, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useCall } from '../../../api/use-call.ts'
import { plural } from '../../../app/format.ts'
import { go } from '../../../app/route.ts'
import { EmptyState } from '../../../widgets/EmptyState.tsx'
import { Failure } from '../../../widgets/Problems.tsx'
import { Tag } from '../../../widgets/Tag.tsx'
import widgets from '../../../widgets/widgets.module.css'
import { found, type Recipe } from './words.ts'
import styles from './recipes.module.css'

const paperNames = {
  trt: { name: 'TRT', full: 'Temporal Regularization Training (arXiv 2506.19256)' },
  tet: { name: 'TET', full: 'Temporal Efficient Training (ICLR 2022)' },
} as const

function Presence({ present }: Pick<Recipe, 'present'>) {
  if (present === 'all') return <Tag tone="good">dataset here</Tag>
  return present === 'some' ? <Tag tone="warn">for some cells</Tag> : <Tag>dataset missing</Tag>
}

function Card({ recipe }: { readonly recipe: Recipe }) {
  const { id, place, title, about, datasets, networks, cells, runs, present } = recipe
  return (
    <button type="button" className={styles.card} onClick={() => go({ view: 'training', page: 'recipes', id })}>
      <span className={styles.cardHead}>
        <span className={styles.place}>{place}</span>
        <Presence present={present} />
      </span>
      <b>{title}</b>
      <span className={styles.about}>{about}</span>
      <span className={styles.facts}>
        {datasets.join(', ')} · {networks.join(', ')} · {plural(cells, 'cell')}, {plural(runs, 'run')}
      </span>
    </button>
  )
}

/** Every table and figure of the papers that can be trained again, by paper. */
export function RecipesPage() {
  const { data, error } = useCall('recipes.list', {})
  const [typed, setTyped] = useState('')
  const [paper, setPaper] = useState<Recipe['paper'] | 'all'>('all')
  const [here, setHere] = useState(false)
  const shown = found(data?.recipes ?? [], typed, paper, here)
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <p className={styles.intro}>
          The papers’ tables and figures as experiments: with your copy of a paper’s dataset they train what it trained, and show the published
          number beside yours. Each can be tried scaled down, on a CPU and with any dataset.
        </p>
        <div className={`${widgets.toolbar} ${styles.filters}`}>
          <Checkbox label="With a dataset here" checked={here} onChange={(event) => setHere(event.currentTarget.checked)} />
          <SegmentedControl
            aria-label="Paper"
            size="xs"
            value={paper}
            data={[{ value: 'all', label: 'Both papers' }, { value: 'trt', label: 'TRT' }, { value: 'tet', label: 'TET' }]}
            onChange={(value) => setPaper(value === 'trt' || value === 'tet' ? value : 'all')}
          />
          <TextInput
            aria-label="Search recipes"
            placeholder="Search: sweep, CIFAR, VGGSNN…"
            leftSection={<IconSearch size={14} />}
            value={typed}
            w={230}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
        {error !== null && <Failure message={error} />}
        {data === null && error === null && <Skeleton height={240} radius={8} />}
        {data !== null && shown.length === 0 && (
          <EmptyState title="No recipe like this" actions={<Button variant="default" onClick={() => (setTyped(''), setPaper('all'), setHere(false))}>Show all</Button>}>
            {here ? 'No dataset of the library looks like one of the papers’ that these recipes need.' : 'Nothing in their titles, datasets or networks has these words.'}
          </EmptyState>
        )}
        {(['trt', 'tet'] as const).map((one) => {
          const own = shown.filter((recipe) => recipe.paper === one)
          return own.length === 0 ? null : (
            <section key={one} aria-label={paperNames[one].name}>
              <h2 className={styles.paper}>
                {paperNames[one].name} <small>{paperNames[one].full}</small>
              </h2>
              <div className={styles.cards}>
                {own.map((recipe) => (
                  <Card key={recipe.id} recipe={recipe} />
                ))}
              </div>
            </section>
          )
        })}
      </div>
    </div>
  )
}

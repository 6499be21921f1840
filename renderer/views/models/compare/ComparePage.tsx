import { Button, MultiSelect, Progress, SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconArrowsDiff, IconFolderOpen, IconPlayerStop } from '@tabler/icons-react'
import type { LibraryModel } from '../../../../preload/contract/index.ts'
import { cancelJob, useJobs } from '../../../api/jobs.ts'
import { useLibrary } from '../../../api/library.ts'
import { folderOf, seconds } from '../../../app/format.ts'
import { go } from '../../../app/route.ts'
import { Helped } from '../../../widgets/Help.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import { pick } from '../../../widgets/picker.ts'
import { Failure } from '../../../widgets/Problems.tsx'
import widgets from '../../../widgets/widgets.module.css'
import { preparationOfModel } from '../metadata.ts'
import { modelTitles } from '../titles.ts'
import { ComparisonResult } from './ComparisonResult.tsx'
import { placeOf, startComparison, suitable, useCompare } from './state.ts'
import styles from './compare.module.css'

const set = useCompare.setState
const most = 8

/** What models are compared on. */
function Place({ datasets, dataset, pictures }: { readonly datasets: readonly { readonly id: string; readonly name: string }[]; readonly dataset: string | null; readonly pictures: boolean }) {
  const { kind, path, split } = useCompare()
  const what = pictures ? 'picture' : 'recording'
  return (
    <div className={styles.place}>
      <Helped of="compare.on" beside>
        <SegmentedControl
          aria-label="What they are compared on"
          value={kind}
          onChange={(value) => set({ kind: value === 'recording' ? 'recording' : 'dataset' })}
          data={[{ value: 'dataset', label: 'Dataset' }, { value: 'recording', label: pictures ? 'Picture' : 'Recording' }]}
        />
      </Helped>
      {kind === 'dataset' ? (
        <>
          <Select
            aria-label="Dataset"
            className={styles.wide}
            value={dataset}
            onChange={(value) => set({ dataset: value })}
            data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
            placeholder="No dataset has the classes of these models"
            allowDeselect={false}
          />
          <Select
            aria-label="Samples"
            w={150}
            allowDeselect={false}
            value={split}
            onChange={(value) => set({ split: value === 'train' || value === 'all' ? value : 'test' })}
            data={[{ value: 'test', label: 'test split' }, { value: 'train', label: 'training split' }, { value: 'all', label: 'all samples' }]}
          />
        </>
      ) : (
        <>
          <TextInput aria-label={`Path of the ${what}`} placeholder={`Path of a ${what}`} className={styles.wide} spellCheck={false} value={path} onChange={(event) => set({ path: event.currentTarget.value })} />
          <Button
            variant="default"
            leftSection={<IconFolderOpen size={15} />}
            onClick={() => void pick(what, path === '' ? null : folderOf(path)).then((chosen) => chosen !== null && set({ path: chosen }))}
          >
            Browse…
          </Button>
        </>
      )}
    </div>
  )
}

/** The comparison that is computed: how far it is, and its end. */
function Running({ id }: { readonly id: string }) {
  const job = useJobs((state) => state.jobs.find((one) => one.id === id))
  return (
    <div className={styles.running} role="status">
      <Progress value={100 * (job?.progress ?? 0)} aria-label="Progress of the comparison" />
      <span>{[job?.detail, job?.rate, typeof job?.secondsLeft === 'number' && `${seconds(job.secondsLeft)} left`].filter(Boolean).join(' · ')}</span>
      <Button size="compact-sm" variant="default" leftSection={<IconPlayerStop size={14} />} onClick={() => void cancelJob(id)}>
        Cancel
      </Button>
    </div>
  )
}

const isOfPictures = (model: LibraryModel): boolean => preparationOfModel(model)?.normalization !== undefined

/** Models side by side, on a recording or on the samples of a dataset. @param ids of those that are compared */
export function ComparePage({ ids }: { readonly ids: readonly string[] }) {
  const all = useLibrary((state) => state.models)
  const known = useLibrary((state) => state.datasets)
  const state = useCompare()
  const { models, datasets } = suitable(all ?? [], known ?? [], ids)
  const titles = modelTitles(all ?? [])
  const chosen = ids.filter((id) => models.some((model) => model.id === id))
  const dataset = datasets.some(({ id }) => id === state.dataset) ? state.dataset : (datasets[0]?.id ?? null)
  const on = placeOf({ ...state, dataset })
  const pictures = models.filter(({ id }) => chosen.includes(id)).some(isOfPictures)
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2>Compare models</h2>
        </div>
        <div className={styles.stack}>
          <Panel title="What is compared">
            <form
              className={styles.form}
              onSubmit={(event) => {
                event.preventDefault()
                if (on !== null && chosen.length >= 2) void startComparison(chosen, on)
              }}
            >
              <Helped of="compare.models">
                <MultiSelect
                  label="Models"
                  placeholder={chosen.length === 0 ? 'Choose two or more' : undefined}
                  maxValues={most}
                  value={chosen}
                  onChange={(next) => go({ view: 'models', page: 'compare', ids: next })}
                  data={models.map(({ id, format }) => ({ value: id, label: `${titles.get(id) ?? id}${format === undefined || format === 'window' ? '' : ` · ${format}`}` }))}
                  searchable
                />
              </Helped>
              <Place datasets={datasets} dataset={dataset} pictures={pictures} />
              <div className={styles.start}>
                <Button type="submit" leftSection={<IconArrowsDiff size={15} />} disabled={on === null || chosen.length < 2} loading={state.job !== null}>
                  Compare
                </Button>
                <p>Each model is fed by its own filters and framing rule. Where a dataset’s frames were made by another rule, its recordings are framed again.</p>
              </div>
            </form>
            {state.job !== null && <Running id={state.job} />}
            {state.error !== null && <Failure message={state.error} />}
          </Panel>
          {state.result !== null && <ComparisonResult result={state.result} />}
        </div>
      </div>
    </div>
  )
}

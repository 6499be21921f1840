import { useEffect } from 'react'
import { Button, Loader, Select, TextInput } from '@mantine/core'
import { IconDatabase, IconFolderPlus } from '@tabler/icons-react'
import type { CallOutput, DatasetSummary } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { useSettings } from '../../api/settings.ts'
import { useCall } from '../../api/use-call.ts'
import { plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Deferred } from '../../widgets/Deferred.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { filtersText } from '../../widgets/filter-kinds.ts'
import { framingText } from '../../widgets/FramingControls.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import widgets from '../../widgets/widgets.module.css'
import { AugmentationFields } from './AugmentationFields.tsx'
import { changed, faultsOf, initialForm, named, useRunForm, type RunForm } from './form.ts'
import { MethodFields } from './MethodFields.tsx'
import { NetworkFields } from './NetworkFields.tsx'
import { OptimizationFields } from './OptimizationFields.tsx'
import { StartPanel } from './StartPanel.tsx'
import { SweepFields } from './SweepFields.tsx'
import { Helped } from '../../widgets/Help.tsx'
import styles from './form.module.css'

/** What every part of the form gets. `set` keeps the run's name in step with the choices. */
export interface FormPart {
  readonly form: RunForm
  readonly presets: CallOutput<'training.presets'>
  readonly faults: ReadonlyMap<string, string>
  readonly set: (form: RunForm) => void
}

function Form({
  form,
  dataset,
  datasets,
  presets,
}: {
  readonly form: RunForm
  readonly dataset: DatasetSummary
  readonly datasets: readonly DatasetSummary[]
  readonly presets: CallOutput<'training.presets'>
}) {
  const set = (next: RunForm) =>
    useRunForm.setState({ form: named(next, datasets.find((other) => other.id === next.config.dataset)?.name ?? dataset.name) })
  const faults = faultsOf(form.config)
  const part: FormPart = { form, presets, faults, set }
  return (
    <div className={widgets.page}>
      <div className={`${widgets.inner} ${styles.new}`}>
        <div className={styles.stack}>
          <Panel title="Dataset">
            <div className={styles.two}>
              <Helped of="training.dataset">
                <Select
                  label="Dataset"
                  value={form.config.dataset}
                  searchable
                  data={datasets.map((other) => ({ value: other.id, label: other.name }))}
                  onChange={(id) => id !== null && set(changed(form, { dataset: id }))}
                />
              </Helped>
              <Helped of="training.name">
                <TextInput
                  label="Name of the run"
                  value={form.config.name}
                  maxLength={80}
                  error={faults.get('name')}
                  onChange={(event) => set(changed(form, { name: event.currentTarget.value }))}
                />
              </Helped>
            </div>
            <p className={styles.note}>
              {plural(dataset.classes.length, 'class', 'classes')},{' '}
              {plural(
                dataset.train.reduce((sum, value) => sum + value, 0),
                dataset.kind === 'images' ? 'picture' : 'recording',
              )}{' '}
              to train on;{' '}
              {dataset.kind === 'images' ? `each is shown at all T = ${dataset.framing.timesteps} timesteps` : framingText(dataset.framing)}
              {dataset.filters && `; filters: ${filtersText(dataset.filters)}`}
            </p>
          </Panel>
          <Deferred>
            <NetworkFields {...part} />
          </Deferred>
          <Deferred>
            <MethodFields {...part} />
          </Deferred>
        </div>
        <div className={styles.stack}>
          <Deferred>
            <OptimizationFields {...part} />
            <AugmentationFields {...part} />
            <SweepFields {...part} />
          </Deferred>
          <StartPanel {...part} />
        </div>
      </div>
    </div>
  )
}

/** Everything a run needs, with the papers' settings to begin with. */
export function NewRunPage({ dataset: wanted }: { readonly dataset: string | null }) {
  const datasets = useLibrary((state) => state.datasets)
  const form = useRunForm((state) => state.form)
  const chosen = form !== null && datasets?.some((dataset) => dataset.id === form.config.dataset) ? form.config.dataset : null
  const dataset = datasets?.find((other) => other.id === (chosen ?? wanted)) ?? datasets?.[0]
  const device = useSettings(({ report }) => report?.settings.device)
  const presets = useCall('training.presets', dataset === undefined ? null : { dataset: dataset.id }, true)

  // A form begins when the presets are there; a dataset named in the address replaces the form's.
  useEffect(() => {
    if (presets.data === null || datasets === null || device === undefined) return
    const asked = datasets.find((other) => other.id === wanted)
    const first = asked ?? datasets[0]
    const present = useRunForm.getState().form
    if (first === undefined) return
    if (present === null || !datasets.some((other) => other.id === present.config.dataset))
      useRunForm.setState({ form: initialForm(presets.data, first, device) })
    else if (asked !== undefined && present.config.dataset !== asked.id) {
      useRunForm.setState({ form: named(changed(present, { dataset: asked.id }), asked.name) })
      // From now on the form decides: reading the address again must not undo another choice.
      go({ view: 'training', page: 'new', dataset: null })
    }
  }, [presets.data, datasets, wanted, device])

  if (datasets?.length === 0) {
    return (
      <EmptyState
        icon={<IconDatabase size={34} stroke={1.3} />}
        title="Training needs a dataset"
        actions={
          <>
            <Button leftSection={<IconFolderPlus size={15} />} onClick={() => go({ view: 'datasets', page: 'import', folder: null })}>
              Import a folder
            </Button>
            <StarterButton variant="default" />
          </>
        }
      >
        Import a folder of recordings with one subfolder per class, or let the starter project make one.
      </EmptyState>
    )
  }
  if (presets.error !== null)
    return (
      <div className={widgets.inner}>
        <Failure message={presets.error} />
      </div>
    )
  if (form === null || datasets === null || dataset === undefined || presets.data === null)
    return <EmptyState icon={<Loader size="sm" />} title="Getting the presets…" />
  return <Form form={form} dataset={dataset} datasets={datasets} presets={presets.data} />
}

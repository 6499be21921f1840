import { useState } from 'react'
import { Button, Loader, NumberInput, TextInput } from '@mantine/core'
import { IconFolderOpen, IconFolderPlus } from '@tabler/icons-react'
import type { Filter, FolderPreview, Framing } from '../../../preload/contract/index.ts'
import { useCall } from '../../api/use-call.ts'
import { attempt } from '../../api/workbench.ts'
import { bytes, count, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Bars } from '../../charts/Bars.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { FramingControls } from '../../widgets/FramingControls.tsx'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { pick } from '../../widgets/picker.ts'
import { Failure, Problems } from '../../widgets/Problems.tsx'
import { FramingPreview } from './FramingPreview.tsx'
import { PictureControls } from './PictureControls.tsx'
import { framesBytes, importInput, initialForm, obstacle, thingsOf } from './import-form.ts'
import widgets from '../../widgets/widgets.module.css'
import { Helped } from '../../widgets/Help.tsx'
import styles from './datasets.module.css'

async function choose(start: string | null): Promise<void> {
  const folder = await pick('folder', start)
  if (folder !== null) go({ view: 'datasets', page: 'import', folder })
}

function FolderLine({ folder }: { readonly folder: string | null }) {
  const [typed, setTyped] = useState(folder ?? '')
  return (
    <form
      className={styles.folder}
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() !== '') go({ view: 'datasets', page: 'import', folder: typed.trim() })
      }}
    >
      <Helped of="dataset.folder" beside grow>
        <TextInput
          aria-label="Folder to import"
          placeholder="Folder with one subfolder per class"
          value={typed}
          spellCheck={false}
          onChange={(event) => setTyped(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
      </Helped>
      <Button variant="default" leftSection={<IconFolderOpen size={15} />} onClick={() => void choose(folder)}>
        Browse…
      </Button>
      <Button type="submit" variant="default" disabled={typed.trim() === '' || typed.trim() === folder}>
        Look into it
      </Button>
    </form>
  )
}

function Form({ preview }: { readonly preview: FolderPreview }) {
  const [form, setForm] = useState(() => initialForm(preview))
  const [starting, setStarting] = useState(false)
  const reason = obstacle(preview, form)
  const size = framesBytes(preview, form.framing)
  const pictures = preview.kind === 'images'
  const setFraming = (framing: Framing) => setForm((present) => ({ ...present, framing }))
  const setFilters = (filters: Filter[]) => setForm((present) => ({ ...present, filters }))
  const start = async () => {
    setStarting(true)
    const answer = await attempt('datasets.import', importInput(preview, form), 'The import could not be started')
    setStarting(false)
    if (answer !== null) go({ view: 'datasets', page: 'dataset', id: answer.dataset })
  }
  return (
    <div className={styles.stack}>
      <Panel title="Dataset">
        <div className={styles.fields}>
          <Helped of="dataset.name">
            <TextInput
              label="Name"
              value={form.name}
              maxLength={80}
              onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
            />
          </Helped>
          {preview.split === undefined ? (
            <div className={styles.two}>
              <Helped of="dataset.testShare">
                <NumberInput
                  label="Kept for testing"
                  suffix=" %"
                  min={0}
                  max={90}
                  allowDecimal={false}
                  value={form.testPercent}
                  clampBehavior="strict"
                  onChange={(value) => setForm({ ...form, testPercent: typeof value === 'number' ? value : form.testPercent })}
                />
              </Helped>
              <Helped of="dataset.seed">
                <NumberInput
                  label="Seed of the split"
                  min={0}
                  allowDecimal={false}
                  value={form.seed}
                  onChange={(value) => setForm({ ...form, seed: typeof value === 'number' ? value : form.seed })}
                />
              </Helped>
            </div>
          ) : (
            <p className={styles.hint}>
              Split as published: {count(preview.split.train)} to train on, {count(preview.split.test)} kept for testing.
            </p>
          )}
        </div>
      </Panel>
      {pictures ? (
        <Panel title="Pictures as input">
          <PictureControls value={form.framing} onChange={setFraming} oneSize={preview.framing?.resize === null} />
        </Panel>
      ) : (
        <Panel title="Framing">
          <FramingControls value={form.framing} onChange={setFraming} filters={form.filters} onFilters={setFilters} />
          <FramingPreview preview={preview} framing={form.framing} filters={form.filters} onFilters={setFilters} />
        </Panel>
      )}
      <div className={styles.submit}>
        {reason !== null && <Failure message={reason} />}
        <Button
          size="sm"
          leftSection={<IconFolderPlus size={16} />}
          loading={starting}
          disabled={reason !== null}
          onClick={() => void start()}
        >
          Import {plural(preview.files, thingsOf(preview).one)}
          {size === null ? '' : ` (${bytes(size)}${pictures ? '' : ' of frames'})`}
        </Button>
      </div>
    </div>
  )
}

function sizeText({ kind, sensor, framing }: FolderPreview): string {
  if (kind === 'images' && framing?.resize !== null) return 'different sizes'
  return sensor === null ? 'not known yet' : `${sensor[1]} × ${sensor[0]} px`
}

/** From a folder to a dataset: choose, look at what is in it, decide on framing and split, start. */
export function ImportPage({ start }: { readonly start: string | null }) {
  const { data, error, loading } = useCall('datasets.preview', start === null ? null : { folder: start })
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <FolderLine folder={start} />
        {start === null && (
          <EmptyState
            icon={<IconFolderPlus size={34} stroke={1.3} />}
            title="Which folder holds the recordings or pictures?"
            actions={
              <Button leftSection={<IconFolderOpen size={15} />} onClick={() => void choose(null)}>
                Choose a folder
              </Button>
            }
          >
            One subfolder per class, its name is the label; or a folder with a labels.csv of the columns path,label; or CIFAR and MNIST as
            they are published. Nothing is imported before you have seen what was found.
          </EmptyState>
        )}
        {loading && (
          <EmptyState icon={<Loader size="sm" />} title="Looking through the folder…">
            Counting files and reading the first of them.
          </EmptyState>
        )}
        {error !== null && <Failure message={error} />}
        {data !== null && (
          <div className={styles.columns}>
            <div className={styles.stack}>
              <Panel title="What was found">
                <Facts
                  rows={[
                    ['Folder', data.folder],
                    [thingsOf(data).Many, `${count(data.files)}, ${bytes(data.bytes)}`],
                    [
                      'Formats',
                      Object.entries(data.formats)
                        .map(([format, files]) => `${format} (${count(files)})`)
                        .join(', ') || null,
                    ],
                    [data.kind === 'images' ? 'Size' : 'Sensor', sizeText(data)],
                    ['Classes', count(data.classes.length)],
                  ]}
                />
              </Panel>
              {data.problems.length > 0 && (
                <Panel title={data.problems.every(({ severity }) => severity === 'info') ? 'Notes' : 'Problems'}>
                  <Problems problems={data.problems} />
                </Panel>
              )}
              {data.classes.length > 0 && (
                <Panel title={`${thingsOf(data).Many} per class`} help="chart.classes">
                  <div className={styles.bars}>
                    <Bars
                      label={`${thingsOf(data).Many} per class`}
                      bars={data.classes.map(({ name, files }) => ({
                        label: name,
                        text: count(files),
                        parts: [{ value: files, color: '--accent' }],
                      }))}
                    />
                  </div>
                </Panel>
              )}
            </div>
            <Form key={data.folder} preview={data} />
          </div>
        )}
      </div>
    </div>
  )
}

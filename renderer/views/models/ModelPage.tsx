import { lazy, Suspense } from 'react'
import { ActionIcon, Button, CopyButton, Loader, Tooltip } from '@mantine/core'
import { IconArrowsDiff, IconBroadcast, IconCheck, IconCopy, IconTrash } from '@tabler/icons-react'
import type { LibraryModel } from '../../../preload/contract/index.ts'
import { jobOf, useJobs } from '../../api/jobs.ts'
import { refresh, useLibrary } from '../../api/library.ts'
import { notify } from '../../api/notices.ts'
import { attempt } from '../../api/workbench.ts'
import { bytes, percent, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { confirm } from '../../widgets/confirm.ts'
import { Deferred } from '../../widgets/Deferred.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { preparationRows } from '../../widgets/preparation.ts'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Tag } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { FileNotes } from './FileNotes.tsx'
import { comparable, formats, ports, runs } from './formats.ts'
import { metadataRows, preparationOfModel } from './metadata.ts'
import { Proof } from './Proof.tsx'
import { SpeedPanel } from './SpeedPanel.tsx'
import { modelTitles } from './titles.ts'
import { TryPanel } from './TryPanel.tsx'
import styles from './models.module.css'

const GraphPanel = lazy(() => import('./graph/GraphPanel.tsx'))

async function remove(model: LibraryModel): Promise<void> {
  const yes = await confirm({
    title: `Remove ${model.name}?`,
    action: 'Remove the model',
    message:
      'proof' in model
        ? 'Its file and its proof are deleted. The run it came from stays, so it can be exported again.'
        : 'The library’s copy of its file is deleted. The file that it was imported from stays.',
  })
  if (!yes || (await attempt('models.remove', { id: model.id }, 'The model could not be removed')) === null) return
  notify({ tone: 'success', title: 'Model removed', message: model.name })
  go({ view: 'models', page: 'list' })
  await refresh('models')
}

function FilePath({ path }: { readonly path: string }) {
  return (
    <span className={styles.path}>
      {path}
      <CopyButton value={path}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy the path'}>
            <ActionIcon size="xs" aria-label="Copy the path" onClick={copy}>
              {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  )
}

/** One exported model: its proof, trying it, what it says of itself. */
export function ModelPage({ id }: { readonly id: string }) {
  const models = useLibrary((state) => state.models)
  const runName = useLibrary((state) => state.runs?.find((run) => models?.some((model) => model.id === id && 'run' in model && run.id === model.run))?.config.name)
  const job = useJobs((state) => jobOf(state.jobs, id))
  const failed = useJobs((state) => state.jobs.findLast((other) => other.subject === id && other.state === 'failed')?.error)
  const model = models?.find((other) => other.id === id)
  if (model === undefined) {
    if (job !== undefined || models === null) {
      return (
        <EmptyState icon={<Loader size="sm" />} title={job?.title ?? 'Reading the models…'}>
          {job !== undefined && (job.detail || 'Exporting, then running the file on the test split.')}
        </EmptyState>
      )
    }
    return (
      <EmptyState
        title={failed === undefined ? 'There is no such model' : 'The export failed'}
        actions={<Button onClick={() => go({ view: 'models', page: 'list' })}>All models</Button>}
      >
        {failed ?? 'It may have been removed, or its export was cancelled.'}
      </EmptyState>
    )
  }
  const preparation = preparationOfModel(model)
  const described = ports(model)
  const pictures = preparation?.normalization !== undefined
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2 title={model.name}>{modelTitles(models ?? []).get(id) ?? model.name}</h2>
          {'proof' in model ? (
            <>
              <Tag>
                {model.checkpoint} checkpoint, epoch {model.epoch}
              </Tag>
              <Tag>{formats[model.format ?? 'window'].title}</Tag>
              <Tag>{percent(model.proof.accuracyExported)} on test</Tag>
            </>
          ) : (
            <>
              <Tag>imported</Tag>
              <Tag>{model.imported.ports === undefined ? formats[model.format ?? 'window'].title : 'ONNX of another origin'}</Tag>
            </>
          )}
          <span className={widgets.grow} />
          <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => void remove(model)}>
            Remove
          </Button>
        </div>
        <div className={styles.columns}>
          <div className={styles.stack}>
            {runs(model) && (
              <TryPanel
                model={model.id}
                pictures={pictures}
                title={`Try it on a ${pictures ? 'picture' : 'recording'}`}
                aside={
                  <>
                    {comparable(models ?? [], id).length > 1 && (
                      <Button variant="default" size="compact-sm" leftSection={<IconArrowsDiff size={15} />} onClick={() => go({ view: 'models', page: 'compare', ids: comparable(models ?? [], id) })}>
                        Compare…
                      </Button>
                    )}
                    {!pictures && (
                      <Button variant="default" size="compact-sm" leftSection={<IconBroadcast size={15} />} onClick={() => go({ view: 'models', page: 'live', id })}>
                        Live…
                      </Button>
                    )}
                  </>
                }
              />
            )}
            <Suspense fallback={null}>
              <GraphPanel model={model} />
            </Suspense>
            <FileNotes model={model} />
          </div>
          <div className={styles.stack}>
            {'proof' in model && <Proof proof={model.proof} chosenBy={model.chosenBy} />}
            {runs(model) && <SpeedPanel id={model.id} />}
            {preparation !== null && (
              <Panel title={`What it does with ${pictures ? 'pictures' : 'recordings'}`}>
                <Facts rows={preparationRows(preparation)} />
              </Panel>
            )}
            <Panel title="File">
              <Facts
                rows={[
                  ['Path', <FilePath key="path" path={model.path} />],
                  ['Size', bytes(model.bytes)],
                  [
                    'SHA-256',
                    <code key="hash" className={styles.hash}>
                      {model.hash.slice(0, 32)}…
                    </code>,
                  ],
                  ['Input', described?.input ?? null],
                  ['Outputs', described?.outputs ?? null],
                  ['Classes', model.classes.join(', ')],
                  ['Run', 'run' in model ? (runName ?? model.run) : null],
                  ['Imported from', 'imported' in model ? model.imported.from : null],
                  [('imported' in model ? 'Imported' : 'Exported'), since(model.created, new Date())],
                ]}
              />
            </Panel>
            <Deferred>
              <Panel title={runs(model) ? 'Metadata in the file' : 'Metadata'}>
                <div className={styles.metadata}>
                  <Facts rows={metadataRows(model.metadata)} />
                </div>
              </Panel>
            </Deferred>
          </div>
        </div>
      </div>
    </div>
  )
}

import { useState } from 'react'
import { Button, Loader } from '@mantine/core'
import { IconArrowsDiff, IconBrain, IconFileImport, IconPackageExport, IconWeight } from '@tabler/icons-react'
import type { LibraryModel } from '../../../preload/contract/index.ts'
import { isActive, useJobs } from '../../api/jobs.ts'
import { hasWeights } from '../../../preload/contract/training.ts'
import { useLibrary } from '../../api/library.ts'
import { baseName, percent, since } from '../../app/format.ts'
import { go, useRoute } from '../../app/route.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { pick } from '../../widgets/picker.ts'
import { SideList, type SideItem } from '../../widgets/SideList.tsx'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import { ComparePage } from './compare/ComparePage.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { FilePage } from './FilePage.tsx'
import { comparable, formats, isFile } from './formats.ts'
import { LivePage } from './live/LivePage.tsx'
import { ModelPage } from './ModelPage.tsx'
import { ProofSign } from './Proof.tsx'
import { modelTitles } from './titles.ts'
import { WeightsDialog } from './WeightsDialog.tsx'

function NoModels({ onExport, onFile, onWeights }: { readonly onExport: () => void; readonly onFile: () => void; readonly onWeights: () => void }) {
  const trained = useLibrary((state) => state.runs?.some(hasWeights) ?? false)
  return (
    <EmptyState
      icon={<IconPackageExport size={34} stroke={1.3} />}
      title="No models yet"
      actions={
        <>
          {trained ? (
            <Button leftSection={<IconPackageExport size={15} />} onClick={onExport}>
              Export a run
            </Button>
          ) : (
            <Button leftSection={<IconBrain size={15} />} onClick={() => go({ view: 'training', page: 'new', dataset: null })}>
              Train a network
            </Button>
          )}
          <Button variant="default" leftSection={<IconFileImport size={15} />} onClick={onFile}>
            Try an .onnx file
          </Button>
          <Button variant="default" leftSection={<IconWeight size={15} />} onClick={onWeights}>
            Open weights…
          </Button>
          {!trained && <StarterButton variant="default" />}
        </>
      }
    >
      An exported model is one ONNX file with its framing rule and conventions inside. It is run on the test split beside the trained
      network before it is kept, and the differences are shown.
    </EmptyState>
  )
}

/** "8 bits · 97.0 % · 3 min ago" */
function listed(model: LibraryModel): string {
  const { short } = formats[model.format ?? 'window']
  const about = 'proof' in model ? [short, `${percent(model.proof.accuracyExported)}${model.checkpoint === 'last' ? ' (last)' : ''}`] : ['imported', ...(model.imported.ports ? [] : [short])]
  return [...about, since(model.created, new Date())].join(' · ')
}

/** Models and exports under way, newest first; a file from elsewhere stands first while it is being tried. */
function useItems(file: string | null): readonly SideItem[] | null {
  const models = useLibrary((state) => state.models)
  const jobs = useJobs((state) => state.jobs)
  if (models === null) return null
  const titles = modelTitles(models)
  const exports = jobs.filter(
    (job) => job.kind === 'export' && isActive(job) && job.subject !== null && !models.some((model) => model.id === job.subject),
  )
  return [
    ...(file === null ? [] : [{ id: file, title: baseName(file), note: 'a file from elsewhere' }]),
    ...exports.map((job): SideItem => ({
      id: job.subject ?? job.id,
      title: job.title,
      note: job.detail || 'starting',
      tag: <Loader size={13} />,
    })),
    ...models.map((model): SideItem => ({
      id: model.id,
      title: titles.get(model.id) ?? model.name,
      note: listed(model),
      tag: 'proof' in model ? <ProofSign proof={model.proof} /> : undefined,
    })),
  ]
}

/** Models: the list with one of them; export of a run; trying a file from elsewhere. */
export default function ModelsView() {
  const route = useRoute((state) => state.route)
  const [exporting, setExporting] = useState(false)
  const [weights, setWeights] = useState(false)
  const chosen = route.view === 'models' && (route.page === 'model' || route.page === 'live') ? route.id : null
  const file = chosen !== null && isFile(chosen) ? chosen : null
  const items = useItems(file)
  const models = useLibrary((state) => state.models)
  if (route.view !== 'models') return null
  if (items === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the library…" />
  const tryFile = async () => {
    const path = await pick('model')
    if (path === null) return
    go({ view: 'models', page: 'model', id: path })
  }
  const dialog = (
    <>
      <ExportDialog opened={exporting} onClose={() => setExporting(false)} />
      <WeightsDialog opened={weights} onClose={() => setWeights(false)} />
    </>
  )
  const comparing = route.page === 'compare' ? route.ids : null
  const id = chosen ?? items[0]?.id
  if (id === undefined)
    return (
      <>
        {dialog}
        <NoModels onExport={() => setExporting(true)} onFile={() => void tryFile()} onWeights={() => setWeights(true)} />
      </>
    )
  return (
    <SideList
      label="Models"
      items={items}
      current={comparing === null ? id : null}
      onOpen={(chosen) => go({ view: 'models', page: 'model', id: chosen })}
      actions={
        <>
          {dialog}
          <Button variant="default" leftSection={<IconPackageExport size={15} />} onClick={() => setExporting(true)}>
            Export a run
          </Button>
          <Button variant="subtle" color="gray" leftSection={<IconFileImport size={15} />} onClick={() => void tryFile()}>
            Try an .onnx file
          </Button>
          <Button variant="subtle" color="gray" leftSection={<IconWeight size={15} />} onClick={() => setWeights(true)}>
            Open weights…
          </Button>
          {items.length > 1 && (
            <Button variant="subtle" color="gray" leftSection={<IconArrowsDiff size={15} />} aria-current={comparing === null ? undefined : 'page'} onClick={() => go({ view: 'models', page: 'compare', ids: comparable(models ?? [], id) })}>
              Compare models
            </Button>
          )}
        </>
      }
    >
      {comparing !== null ? (
        <ComparePage ids={comparing} />
      ) : route.page === 'live' ? (
        <LivePage key={id} id={id} />
      ) : id === file ? (
        <FilePage key={file} path={file} />
      ) : (
        <ModelPage key={id} id={id} />
      )}
    </SideList>
  )
}

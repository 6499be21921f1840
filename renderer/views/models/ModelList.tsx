import { useState } from 'react'
import { Button, Skeleton } from '@mantine/core'
import { IconBrain, IconFileImport, IconPackageExport, IconX } from '@tabler/icons-react'
import type { ModelRecord } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { baseName, bytes, percent, plural, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { pick } from '../../widgets/picker.ts'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import widgets from '../../widgets/widgets.module.css'
import { ExportDialog } from './ExportDialog.tsx'
import { ProofTag } from './Proof.tsx'
import { TryPanel } from './TryPanel.tsx'
import styles from './models.module.css'

function ModelCard({ model }: { readonly model: ModelRecord }) {
  return (
    <article className={styles.card}>
      <button type="button" onClick={() => go({ view: 'models', page: 'model', id: model.id })} aria-label={`Open model ${model.name}`}>
        <div className={styles.cardHead}>
          <h3>{model.name}</h3>
          <ProofTag proof={model.proof} />
        </div>
        <div className={styles.accuracy}>
          {percent(model.proof.accuracyExported)}
          <small>test accuracy of the exported file</small>
        </div>
        <p>{plural(model.classes.length, 'class', 'classes')} · input {model.shape.join('×')} · {model.checkpoint} checkpoint, epoch {model.epoch}</p>
        <p>{bytes(model.bytes)} · {since(model.created, new Date())}</p>
      </button>
    </article>
  )
}

function NoModels({ onExport }: { readonly onExport: () => void }) {
  const runs = useLibrary((state) => state.runs)
  const trained = runs?.some((run) => run.epochsDone > 0) ?? false
  return (
    <EmptyState
      icon={<IconPackageExport size={34} stroke={1.3} />}
      title="No models yet"
      actions={trained
        ? <Button leftSection={<IconPackageExport size={15} />} onClick={onExport}>Export a run</Button>
        : (
            <>
              <Button leftSection={<IconBrain size={15} />} onClick={() => go({ view: 'training', page: 'new', dataset: null })}>Train a network</Button>
              <StarterButton variant="default" />
            </>
          )}
    >
      An exported model is one ONNX file with its framing rule and conventions inside. It is run on the test split beside the trained
      network before it is kept, and the differences are shown.
    </EmptyState>
  )
}

/** All exported models; export of a run; trying a file from elsewhere. */
export function ModelList() {
  const models = useLibrary((state) => state.models)
  const [exporting, setExporting] = useState(false)
  const [file, setFile] = useState<string | null>(null)
  const dialog = <ExportDialog opened={exporting} onClose={() => setExporting(false)} />
  if (models === null) return <div className={widgets.inner}><Skeleton height={180} radius={8} /></div>
  if (models.length === 0 && file === null) return <>{dialog}<NoModels onExport={() => setExporting(true)} /></>
  return (
    <div className={widgets.page}>
      {dialog}
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2>{plural(models.length, 'model')}</h2>
          <span className={widgets.grow} />
          <Button variant="default" leftSection={<IconFileImport size={15} />} onClick={() => void pick('model').then((path) => path !== null && setFile(path))}>Try an .onnx file</Button>
          <Button leftSection={<IconPackageExport size={15} />} onClick={() => setExporting(true)}>Export a run</Button>
        </div>
        {file !== null && (
          <div className={styles.file}>
            <TryPanel
              key={file} model={file} framing={null} title={`Try ${baseName(file)}`}
              aside={<Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconX size={13} />} onClick={() => setFile(null)}>Close</Button>}
            />
          </div>
        )}
        <div className={styles.cards}>{models.map((model) => <ModelCard key={model.id} model={model} />)}</div>
      </div>
    </div>
  )
}

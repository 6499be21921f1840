import { useState } from 'react'
import { Button, Modal, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { LabelRule, Watch } from '../../../preload/contract/index.ts'
import { refresh, useLibrary } from '../../api/library.ts'
import { useCall } from '../../api/use-call.ts'
import { attempt } from '../../api/workbench.ts'
import { plural } from '../../app/format.ts'
import { pick } from '../../widgets/picker.ts'
import { useReturnFocus } from '../../widgets/return-focus.ts'
import { Helped } from '../../widgets/Help.tsx'
import styles from './library.module.css'

/** The rule that the form says; null while the pattern is empty. */
export function ruleOf(by: LabelRule['by'], pattern: string): LabelRule | null {
  if (by !== 'pattern') return { by }
  return pattern.trim() === '' ? null : { by, pattern: pattern.trim() }
}

/** Adds a watch folder, or changes one. The label rule is tried on the folder's files while it is typed. */
export function WatchDialog({ watch, onClose }: { readonly watch: Watch | null; readonly onClose: (added: number | null) => void }) {
  useReturnFocus()
  const datasets = useLibrary((state) => state.datasets)
  const [folder, setFolder] = useState(watch?.folder ?? '')
  const [by, setBy] = useState<LabelRule['by']>(watch?.rule.by ?? 'subfolder')
  const [pattern, setPattern] = useState(watch?.rule.by === 'pattern' ? watch.rule.pattern : '')
  const [dataset, setDataset] = useState<string | null>(watch?.dataset ?? null)
  const rule = ruleOf(by, pattern)
  const [tried] = useDebouncedValue(folder.trim() === '' || rule === null ? null : { folder: folder.trim(), rule }, 250)
  const preview = useCall('watch.preview', tried, true).data
  const save = async () => {
    if (rule === null) return
    const answer =
      watch === null
        ? await attempt('watch.add', { folder: folder.trim(), rule, dataset }, 'The folder could not be added')
        : await attempt('watch.update', { id: watch.id, rule, dataset }, 'The watch folder could not be changed')
    if (answer === null) return
    await refresh('watches')
    onClose(answer.id)
  }
  return (
    <Modal opened onClose={() => onClose(null)} title={watch === null ? 'Watch a folder' : 'Change the watch folder'} size={620}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <div className={styles.folder}>
          <Helped of="watch.folder" grow>
            <TextInput
              label="Folder"
              placeholder="Where recordings are written to"
              value={folder}
              disabled={watch !== null}
              spellCheck={false}
              data-autofocus={watch === null || undefined}
              onChange={(event) => setFolder(event.currentTarget.value)}
            />
          </Helped>
          {watch === null && (
            <Button variant="default" onClick={() => void pick('folder', folder || null).then((path) => path !== null && setFolder(path))}>
              Browse…
            </Button>
          )}
        </div>
        <div>
          <p className={styles.caption}>Label of a recording</p>
          <Helped of="watch.label" beside grow>
            <SegmentedControl
              fullWidth
              aria-label="Label of a recording"
              value={by}
              onChange={(value) => setBy(value as LabelRule['by'])}
              data={[
                { value: 'subfolder', label: 'Its subfolder' },
                { value: 'pattern', label: 'Part of its name' },
                { value: 'none', label: 'None' },
              ]}
            />
          </Helped>
        </div>
        {by === 'pattern' && (
          <Helped of="watch.pattern">
            <TextInput
              label="Pattern: a regular expression; the part in parentheses is the label"
              placeholder="cifar10_(\w+)_\d+"
              value={pattern}
              spellCheck={false}
              error={preview?.error ?? undefined}
              onChange={(event) => setPattern(event.currentTarget.value)}
            />
          </Helped>
        )}
        {preview !== null && (by === 'pattern' || preview.error === null) && (
          <div className={styles.tried} aria-live="polite">
            <p>
              {plural(preview.files, 'file')}, {plural(preview.labels.length, 'label')}
              {by !== 'none' && preview.unlabelled > 0 ? `, ${preview.unlabelled} without label` : ''}
            </p>
            <ul>
              {preview.examples.slice(0, 6).map(({ file, label }) => (
                <li key={file}>
                  <span>{file}</span>
                  <b>{label ?? '–'}</b>
                </li>
              ))}
            </ul>
          </div>
        )}
        {by !== 'pattern' && preview?.error && <p className={styles.wrong}>{preview.error}</p>}
        <Helped of="watch.dataset">
          <Select
            label="Feeds the dataset"
            description="New labelled recordings are added to it; what it has keeps its split."
            placeholder="None"
            clearable
            disabled={by === 'none'}
            value={by === 'none' ? null : dataset}
            data={(datasets ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setDataset}
          />
        </Helped>
        <div className={styles.buttons}>
          <Button variant="default" onClick={() => onClose(null)}>
            Cancel
          </Button>
          <Button type="submit" disabled={folder.trim() === '' || rule === null || (preview?.error ?? null) !== null}>
            {watch === null ? 'Watch it' : 'Change it'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

import { useState } from 'react'
import { Button, Checkbox, Modal } from '@mantine/core'
import { IconDownload, IconPrinter } from '@tabler/icons-react'
import type { Run } from '../../../../preload/contract/index.ts'
import { attempt } from '../../../api/workbench.ts'
import { saveBlob } from '../../../stage/media/save.ts'
import { entries, pages } from '../registry.ts'
import { useAnalysis } from '../state.ts'
import styles from '../analysis.module.css'
import { useReturnFocus } from '../../../widgets/return-focus.ts'
import { printReport } from './print.ts'

/** Chooses what a run's report has, and hands it out: as one HTML file, or printed. */
export function ReportDialog({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  useReturnFocus()
  const kept = useAnalysis((state) => state.kept[run.id])
  const there = [
    ...pages.filter(({ kind }) => kind === 'curves'),
    ...entries.filter(({ kind }) => kept?.some(({ result }) => result.kind === kind)),
  ]
  const [left, setLeft] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const figures = there.map(({ kind }) => kind).filter((kind) => !left.includes(kind))
  const make = async (hand: (name: string, html: string) => void) => {
    setBusy(true)
    const answer = await attempt('runs.report', { id: run.id, figures }, 'The report could not be made')
    setBusy(false)
    if (answer === null) return
    onClose()
    hand(answer.name, answer.html)
  }
  return (
    <Modal opened onClose={onClose} title={`Report of ${run.config.name}`}>
      <p className={styles.note}>
        Figures with their numbers, epochs, settings, hashes of dataset and graph, versions, and the commands that train it again. Analyses that
        are not computed yet are not in the list.
      </p>
      <div className={styles.choices}>
        {there.map(({ kind, title }) => (
          <Checkbox
            key={kind}
            label={title}
            checked={!left.includes(kind)}
            onChange={(event) => setLeft(event.currentTarget.checked ? left.filter((one) => one !== kind) : [...left, kind])}
          />
        ))}
      </div>
      <div className={styles.buttons}>
        <Button variant="default" loading={busy} leftSection={<IconPrinter size={15} />} onClick={() => void make((_, html) => printReport(html))}>
          Print or save as PDF
        </Button>
        <Button loading={busy} leftSection={<IconDownload size={15} />} onClick={() => void make((name, html) => saveBlob(new Blob([html], { type: 'text/html' }), name))}>
          Save as HTML
        </Button>
      </div>
    </Modal>
  )
}

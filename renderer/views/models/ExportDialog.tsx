import { useState } from 'react'
import { Button, Group, Modal, Radio, Select, Stack } from '@mantine/core'
import { hasWeights } from '../../../preload/contract/training.ts'
import { useLibrary } from '../../api/library.ts'
import { percent } from '../../app/format.ts'
import type { ExportSettings } from '../../../preload/contract/index.ts'
import { exportRun } from '../../app/export-run.ts'
import { FormatFields } from './FormatFields.tsx'
import { Helped } from '../../widgets/Help.tsx'

/** Which run, its best or its last checkpoint, and as what kind of file. */
export function ExportDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const all = useLibrary((state) => state.runs)
  const runs = (all ?? []).filter(hasWeights)
  const [chosen, setChosen] = useState<string | null>(null)
  const [checkpoint, setCheckpoint] = useState<'best' | 'last'>('best')
  const [settings, setSettings] = useState<ExportSettings>({ format: 'window' })
  const [busy, setBusy] = useState(false)
  const run = runs.find((other) => other.id === chosen) ?? runs[0]
  const untrained = run?.epochsDone === 0
  const pictures = useLibrary((state) => state.datasets?.some(({ id, kind }) => id === run?.config.dataset && kind === 'images') ?? false)
  const start = async () => {
    if (run === undefined) return
    setBusy(true)
    // The switch may have been set for another run.
    const { image, ...rest } = settings
    await exportRun(run.id, untrained ? 'last' : checkpoint, { ...rest, ...(image && pictures && { image }) })
    setBusy(false)
    onClose()
  }
  return (
    <Modal opened={opened} onClose={onClose} title="Export a run">
      <Stack gap="md">
        <Helped of="export.run">
          <Select
            label="Run"
            searchable
            value={run?.id ?? null}
            onChange={setChosen}
            data={runs.map((other) => ({ value: other.id, label: other.config.name }))}
            placeholder="No run has finished an epoch yet"
          />
        </Helped>
        {untrained ? (
          <p style={{ margin: 0 }}>{run.message}</p>
        ) : (
          <Helped of="export.checkpoint">
            <Radio.Group label="Checkpoint" value={checkpoint} onChange={(value) => setCheckpoint(value === 'last' ? 'last' : 'best')}>
              <Stack gap={6} mt={6}>
                <Radio
                  size="xs"
                  value="best"
                  label={`${run?.config.protocol === 'fair' ? 'Best by validation accuracy' : 'Best by test accuracy, as in the papers'}${run?.best ? `: epoch ${run.best.epoch}, ${percent(run.best.value)}` : ''}`}
                />
                <Radio size="xs" value="last" label={`Last: epoch ${run?.epochsDone ?? '–'}, ${percent(run?.lastTestAccuracy ?? run?.lastValidationAccuracy)}`} />
              </Stack>
            </Radio.Group>
          </Helped>
        )}
        <FormatFields settings={settings} pictures={pictures} onChange={setSettings} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={busy} disabled={run === undefined} onClick={() => void start()}>
            Export and prove
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

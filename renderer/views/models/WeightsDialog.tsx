import { useState } from 'react'
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { refresh, useLibrary } from '../../api/library.ts'
import { notify } from '../../api/notices.ts'
import { useCall } from '../../api/use-call.ts'
import { ask, messageOf } from '../../api/workbench.ts'
import { baseName } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { pick } from '../../widgets/picker.ts'
import { Failure } from '../../widgets/Problems.tsx'

/** Opens a published checkpoint: its weights become a run's, which can be evaluated, analysed, exported and trained on. */
export function WeightsDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const datasets = useLibrary((state) => state.datasets) ?? []
  const [path, setPath] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const [network, setNetwork] = useState<string | null>(null)
  const [topology, setTopology] = useState('')
  const [state, setState] = useState<{ busy: boolean; failure: string | null }>({ busy: false, failure: null })
  const dataset = datasets.find(({ id }) => id === chosen) ?? datasets[0]
  const presets = useCall('training.presets', opened && dataset !== undefined ? { dataset: dataset.id } : null).data
  const preset = presets?.networks.find(({ id }) => id === network) ?? presets?.networks[0]
  const training = presets?.trainings[0]
  const open = async () => {
    if (dataset === undefined || preset === undefined || training === undefined) return
    setState({ busy: true, failure: null })
    try {
      const described = topology.trim() === '' ? preset : (await ask('training.topology', { text: topology, dataset: dataset.id })).preset
      const config = { ...training.settings, name: baseName(path).slice(0, 80), dataset: dataset.id, network: described.network, protocol: 'fair' as const }
      const { run, by } = await ask('models.open-weights', { path: path.trim(), config })
      setState({ busy: false, failure: null })
      await refresh('runs')
      onClose()
      notify({ tone: 'success', title: 'Weights opened', message: `${baseName(path)}: its tensors were told apart by ${by}.` })
      go({ view: 'training', page: 'run', id: run })
    } catch (failure) {
      setState({ busy: false, failure: messageOf(failure) })
    }
  }
  return (
    <Modal opened={opened} onClose={onClose} title="Open weights">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void open()
        }}
      >
        <Stack gap="md">
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              label="File"
              flex={1}
              placeholder=".pth or .safetensors"
              spellCheck={false}
              value={path}
              onChange={({ currentTarget }) => setPath(currentTarget.value)}
            />
            <Button variant="default" onClick={() => void pick('weights').then((found) => found !== null && setPath(found))}>
              Browse…
            </Button>
          </Group>
          <Select
            label="Dataset"
            description="Its frames and classes are those of the network’s input and output."
            searchable
            value={dataset?.id ?? null}
            data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setChosen}
            placeholder="Import a dataset first"
          />
          <Select
            label="Network"
            allowDeselect={false}
            value={preset?.id ?? null}
            data={(presets?.networks ?? []).map(({ id, title }) => ({ value: id, label: title }))}
            disabled={topology.trim() !== ''}
            onChange={setNetwork}
          />
          <TextInput
            label="Or a topology string of the TRT code"
            placeholder="CONVNP-64-3-1-1_CONVAP-128-3-1-1_L-10"
            spellCheck={false}
            value={topology}
            onChange={({ currentTarget }) => setTopology(currentTarget.value)}
          />
          <p style={{ margin: 0, color: 'var(--ink-3)', fontSize: 12 }}>Nothing in the file is executed. Its tensors must have the shapes of this network.</p>
          {state.failure !== null && <Failure message={state.failure} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.busy} disabled={path.trim() === '' || preset === undefined}>
              Open
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

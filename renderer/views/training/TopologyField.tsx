import { useState } from 'react'
import { Button, TextInput } from '@mantine/core'
import { ask, messageOf } from '../../api/workbench.ts'
import { compact, count } from '../../app/format.ts'
import { withNetwork } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import { Helped } from '../../widgets/Help.tsx'
import styles from './form.module.css'

/** A network from a topology string of the TRT authors' code; the neuron stays as it is set. */
export function TopologyField({ form, set }: FormPart) {
  const [text, setText] = useState('')
  const [told, setTold] = useState<{ readonly error?: string; readonly note?: string }>({})
  const read = async () => {
    try {
      const { preset, classes } = await ask('training.topology', { text, dataset: form.config.dataset })
      if (preset.parameters === null) {
        setTold({ error: 'This network has too many poolings for these frames.' })
        return
      }
      const { neuron, norm, sharing } = form.config.network
      set({ ...withNetwork(form, { ...preset, network: { ...preset.network, neuron, norm, sharing } }), networkPreset: null, trainingPreset: form.trainingPreset })
      setTold({ note: `${count(preset.parameters)} parameters, ${compact(preset.macsPerTimestep ?? 0)} MACs per timestep. The string reads out ${classes} classes; the dataset’s are taken.` })
    } catch (error) {
      setTold({ error: messageOf(error) })
    }
  }
  return (
    <details className={styles.details}>
      <summary>Topology string of the TRT code</summary>
      <div className={styles.topologyRow}>
        <Helped of="network.topology" beside grow>
          <TextInput
            flex={1}
            aria-label="Topology"
            placeholder="CONVNP-64-3-1-1_CONVAP-128-3-1-1_L-10"
            value={text}
            error={told.error}
            description={told.note}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && void read()}
          />
        </Helped>
        <Button variant="default" disabled={text.trim() === ''} onClick={() => void read()}>
          Use
        </Button>
      </div>
    </details>
  )
}

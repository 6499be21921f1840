import { Select } from '@mantine/core'
import type { NeuronSettings } from '../../../preload/contract/index.ts'
import { neuronParts } from './neuron-variants.ts'
import { Helped } from '../../widgets/Help.tsx'
import styles from './form.module.css'

/** What of a neuron is learned or otherwise than in the papers' LIF, each with a line that says what it does. */
export function NeuronVariants({ neuron, change }: { readonly neuron: NeuronSettings; readonly change: (next: Partial<NeuronSettings>) => void }) {
  return (
    <div className={styles.two}>
      {neuronParts.map(({ title, help, choices, chosen }) => {
        const choice = choices.find(({ value }) => value === chosen(neuron))
        return (
          <Helped key={title} of={help}>
            <Select
              label={title}
              aria-label={`${title} of the neurons`}
              description={choice?.help}
              inputWrapperOrder={['label', 'input', 'description']}
              value={choice?.value ?? null}
              data={choices.map(({ value, label }) => ({ value, label }))}
              allowDeselect={false}
              onChange={(value) => {
                const next = choices.find((other) => other.value === value)
                if (next) change(next.settings(neuron))
              }}
            />
          </Helped>
        )
      })}
    </div>
  )
}

import { Select } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'

/** How the Fisher information is estimated, and over how much. */
export function FisherControls({ options, onChange }: ControlsProps) {
  return (
    <>
      <Select
        label="Estimator"
        w={230}
        value={options.estimator ?? 'published'}
        data={[
          { value: 'published', label: 'as published (batch, true labels)' },
          { value: 'exact', label: 'exact (per sample, drawn labels)' },
        ]}
        onChange={(value) => onChange({ estimator: value === 'exact' ? 'exact' : 'published' })}
      />
      <NumberField label="Batches" name="Batches" width={80} value={options.batches ?? 20} onChange={(batches) => onChange({ batches })} />
      <NumberField label="Samples each" name="Samples per batch" width={90} value={options.batchSize ?? 16} onChange={(batchSize) => onChange({ batchSize })} />
      <NumberField label="Seed" name="Seed" width={70} value={options.seed ?? 42} onChange={(seed) => onChange({ seed })} />
    </>
  )
}

import { Select } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'
import { Helped } from '../../../widgets/Help.tsx'

/** How the Fisher information is estimated, and over how much. */
export function FisherControls({ options, onChange }: ControlsProps) {
  return (
    <>
      <Helped of="option.estimator">
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
      </Helped>
      <NumberField label="Batches" name="Batches" help="option.batches" width={80} value={options.batches ?? 20} onChange={(batches) => onChange({ batches })} />
      <NumberField label="Samples each" name="Samples per batch" help="option.batchSize" width={115} value={options.batchSize ?? 16} onChange={(batchSize) => onChange({ batchSize })} />
      <NumberField label="Seed" name="Seed" help="option.seed" width={70} value={options.seed ?? 42} onChange={(seed) => onChange({ seed })} />
    </>
  )
}

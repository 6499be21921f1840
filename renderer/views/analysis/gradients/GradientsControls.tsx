import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'

/** Over how many samples, and which. */
export function GradientsControls({ options, onChange }: ControlsProps) {
  return (
    <>
      <NumberField label="Batches" name="Batches" help="option.batches" width={80} value={options.batches ?? 20} onChange={(batches) => onChange({ batches })} />
      <NumberField label="Samples each" name="Samples per batch" help="option.batchSize" width={115} value={options.batchSize ?? 16} onChange={(batchSize) => onChange({ batchSize })} />
      <NumberField label="Seed" name="Seed" help="option.seed" width={70} value={options.seed ?? 42} onChange={(seed) => onChange({ seed })} />
    </>
  )
}

import { Checkbox } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'

/** The whole split, or so many samples spread over it. */
export function SamplesField({ options, onChange }: ControlsProps) {
  const whole = options.ofSplit === undefined
  return (
    <>
      <Checkbox label="Whole split" checked={whole} mb={7} onChange={(event) => onChange({ ofSplit: event.currentTarget.checked ? undefined : 256 })} />
      {!whole && <NumberField label="Samples" name="Samples" help="Spread evenly over the split" width={80} value={options.ofSplit ?? 256} onChange={(ofSplit) => onChange({ ofSplit })} />}
    </>
  )
}

import { Checkbox } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'
import { Helped } from '../../../widgets/Help.tsx'

/** The whole split, or so many samples spread over it. */
export function SamplesField({ options, onChange }: ControlsProps) {
  const whole = options.ofSplit === undefined
  return (
    <>
      <Helped of="option.ofSplit" beside>
        <Checkbox label="Whole split" checked={whole} mb={7} onChange={(event) => onChange({ ofSplit: event.currentTarget.checked ? undefined : 256 })} />
      </Helped>
      {!whole && <NumberField label="Samples" name="Samples" help="option.ofSplit" width={80} value={options.ofSplit ?? 256} onChange={(ofSplit) => onChange({ ofSplit })} />}
    </>
  )
}

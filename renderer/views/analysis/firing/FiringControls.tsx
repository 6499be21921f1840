import { NumberField } from '../../../widgets/NumberField.tsx'
import { SamplesField } from '../mistakes/SamplesField.tsx'
import type { ControlsProps } from '../registry.ts'

/** Over how many samples, and from which rate on a neuron is saturated. */
export function FiringControls(props: ControlsProps) {
  const { options, onChange } = props
  return (
    <>
      <SamplesField {...props} />
      <NumberField
        label="Saturated from"
        name="Saturated from"
        help="option.saturatedAt"
        width={130}
        value={options.saturatedAt ?? 1}
        onChange={(saturatedAt) => onChange({ saturatedAt })}
      />
    </>
  )
}

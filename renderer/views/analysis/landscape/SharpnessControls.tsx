import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'
import { LossField } from './LandscapeControls.tsx'

/** Which loss, how many Hessian-vector products, and how far the loss rise is measured. */
export function SharpnessControls(props: ControlsProps) {
  const { options, onChange } = props
  return (
    <>
      <LossField {...props} />
      <NumberField label="Samples" name="Samples" help="option.samples" width={80} value={options.samples ?? 96} onChange={(samples) => onChange({ samples })} />
      <NumberField label="Products" name="Products" help="option.iterations" width={88} value={options.iterations ?? 20} onChange={(iterations) => onChange({ iterations })} />
      <NumberField label="Probes" name="Probes" help="option.probes" width={70} value={options.probes ?? 4} onChange={(probes) => onChange({ probes })} />
      <NumberField label="Radius" name="Radius" help="option.radius" width={70} value={options.radius ?? 0.5} onChange={(radius) => onChange({ radius })} />
    </>
  )
}

import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'

/** What counts as near zero. */
export function WeightsControls({ options, onChange }: ControlsProps) {
  return <NumberField label="Near zero below" name="Near zero below" help="option.nearZero" width={134} value={options.nearZero ?? 0.01} onChange={(nearZero) => nearZero > 0 && onChange({ nearZero })} />
}

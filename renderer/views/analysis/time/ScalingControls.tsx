import type { ControlsProps } from '../registry.ts'
import { ListField } from './ListField.tsx'

/** At which numbers of timesteps. */
export function ScalingControls({ options, onChange }: ControlsProps) {
  return <ListField label="Timesteps" help="option.scale" width={260} most={100} value={options.scale ?? [1, 2, 3, 4, 5, 6, 7, 8]} onChange={(scale) => onChange({ scale })} />
}

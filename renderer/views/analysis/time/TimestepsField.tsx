import { useLibrary } from '../../../api/library.ts'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'

/** For how many timesteps pictures are shown, also more than were trained. Recordings have as many as their dataset: they are framed again by time scaling. */
export function TimestepsField({ options, onChange, run }: ControlsProps) {
  const dataset = useLibrary((state) => state.datasets)?.find(({ id }) => id === run.config.dataset)
  if (dataset?.kind !== 'images') return null
  return (
    <NumberField
      label="Timesteps"
      name="Timesteps"
      help="option.timesteps"
      width={90}
      value={options.timesteps ?? dataset.shape[0]}
      onChange={(timesteps) => Number.isInteger(timesteps) && timesteps >= 1 && timesteps <= 100 && onChange({ timesteps })}
    />
  )
}

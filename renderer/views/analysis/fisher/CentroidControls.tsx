import { MultiSelect } from '@mantine/core'
import { keptEpochs } from '../Controls.tsx'
import type { ControlsProps } from '../registry.ts'
import { FisherControls } from './FisherControls.tsx'
import { Helped } from '../../../widgets/Help.tsx'

/** Which kept epochs, and how the Fisher information of each is estimated. */
export function CentroidControls(props: ControlsProps) {
  const { options, onChange, run } = props
  return (
    <>
      <FisherControls {...props} />
      <Helped of="option.epochs">
        <MultiSelect
          label="Epochs"
          size="xs"
          w={260}
          clearable
          placeholder={options.epochs === undefined ? 'all that are kept' : ''}
          value={options.epochs?.map(String) ?? []}
          data={keptEpochs(run).map(String)}
          onChange={(chosen) => onChange({ epochs: chosen.length === 0 ? undefined : chosen.map(Number).sort((a, b) => a - b) })}
        />
      </Helped>
    </>
  )
}

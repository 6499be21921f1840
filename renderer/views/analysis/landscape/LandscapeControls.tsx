import { Select } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps } from '../registry.ts'

/** Which loss, over which grid. */
export function LandscapeControls({ options, onChange }: ControlsProps) {
  return (
    <>
      <Select
        label="Loss"
        w={190}
        value={options.loss ?? 'sdt'}
        data={[
          { value: 'sdt', label: 'SDT: of the time mean' },
          { value: 'tet', label: 'TET: mean over time' },
        ]}
        onChange={(value) => onChange({ loss: value === 'tet' ? 'tet' : 'sdt' })}
      />
      <NumberField label="Points a side" name="Points a side" width={90} value={options.grid ?? 13} onChange={(grid) => onChange({ grid })} />
      <NumberField label="Span" name="Span" help="Filter norms in each direction" width={70} value={options.span ?? 1} onChange={(span) => onChange({ span })} />
      <NumberField label="Samples" name="Samples" width={80} value={options.samples ?? 96} onChange={(samples) => onChange({ samples })} />
      <NumberField label="Seed" name="Seed" help="The same seed gives the same directions to every run" width={70} value={options.seed ?? 42} onChange={(seed) => onChange({ seed })} />
    </>
  )
}

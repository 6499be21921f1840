import { Select } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import type { ControlsProps, Options } from '../registry.ts'
import { Helped } from '../../../widgets/Help.tsx'

/** Losses that runs can be looked at with; of TRT also without the terms that depend on the weights alone. */
export function LossField({ options, onChange, run }: ControlsProps) {
  const { method } = run.config
  const own = method.name.toUpperCase()
  const losses: { value: NonNullable<Options['loss']>; label: string }[] = [
    { value: 'sdt', label: 'SDT: of the time mean' },
    { value: 'tet', label: 'TET: mean over time' },
    { value: 'own', label: `own: ${own} as trained` },
    ...(method.name === 'trt' ? [{ value: 'own-fit' as const, label: `own: ${own} without r(t)` }] : []),
  ]
  const chosen = losses.find(({ value }) => value === options.loss)?.value ?? 'sdt'
  return (
    <Helped of="option.loss">
      <Select label="Loss" w={190} value={chosen} data={losses} allowDeselect={false} onChange={(value) => onChange({ loss: losses.find((one) => one.value === value)?.value ?? 'sdt' })} />
    </Helped>
  )
}

/** Which loss, over which grid. */
export function LandscapeControls(props: ControlsProps) {
  const { options, onChange } = props
  return (
    <>
      <LossField {...props} />
      <NumberField label="Points a side" name="Points a side" help="option.grid" width={112} value={options.grid ?? 13} onChange={(grid) => onChange({ grid })} />
      <NumberField label="Span" name="Span" help="option.span" width={70} value={options.span ?? 1} onChange={(span) => onChange({ span })} />
      <NumberField label="Samples" name="Samples" help="option.samples" width={80} value={options.samples ?? 96} onChange={(samples) => onChange({ samples })} />
      <NumberField label="Seed" name="Seed" help="option.seed" width={70} value={options.seed ?? 42} onChange={(seed) => onChange({ seed })} />
    </>
  )
}

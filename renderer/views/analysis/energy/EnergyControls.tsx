import { Select } from '@mantine/core'
import { NumberField } from '../../../widgets/NumberField.tsx'
import { TimestepsField } from '../time/TimestepsField.tsx'
import type { ControlsProps, Options } from '../registry.ts'
import { Helped } from '../../../widgets/Help.tsx'

type Conventions = Required<NonNullable<Options['conventions']>>
type Choice = 'firstLayer' | 'pooled' | 'sums' | 'outputLayer' | 'neurons' | 'batchNorm' | 'synapses'

/** As TET counts. */
const usual: Conventions = {
  firstLayer: 'every', pooled: 'spikes', sums: 'several', outputLayer: 'every', neurons: 'none', batchNorm: 'folded', synapses: 'formula', addition: 0.9, multiplication: 4.6,
}

const choices: readonly { readonly key: Choice; readonly label: string; readonly width: number; readonly data: readonly { readonly value: string; readonly label: string }[] }[] = [
  { key: 'firstLayer', label: 'First layer', width: 130, data: [{ value: 'every', label: 'T times' }, { value: 'once', label: 'once (pictures)' }] },
  { key: 'pooled', label: 'Behind average pooling', width: 180, data: [{ value: 'spikes', label: 'additions per spike' }, { value: 'several', label: 'several additions' }, { value: 'mac', label: 'multiply-accumulate' }] },
  { key: 'sums', label: 'Behind SEW-ADD', width: 170, data: [{ value: 'several', label: 'several additions' }, { value: 'mac', label: 'multiply-accumulate' }] },
  { key: 'outputLayer', label: 'Output layer', width: 120, data: [{ value: 'every', label: 'T times' }, { value: 'once', label: 'once' }, { value: 'none', label: 'not counted' }] },
  { key: 'neurons', label: 'Neuron updates', width: 120, data: [{ value: 'none', label: 'not counted' }, { value: 'counted', label: 'counted' }] },
  { key: 'batchNorm', label: 'Batch norm', width: 110, data: [{ value: 'folded', label: 'folded' }, { value: 'counted', label: 'counted' }] },
  { key: 'synapses', label: 'Synapses', width: 140, data: [{ value: 'formula', label: 'rate × MACs' }, { value: 'exact', label: 'exact at borders' }] },
]

/** How operations are counted and what each costs. What was measured is counted again at once. */
export function EnergyControls(props: ControlsProps) {
  const { options, onChange } = props
  const conventions = { ...usual, ...options.conventions }
  const set = (changed: Readonly<Record<string, string | number>>) => onChange({ conventions: { ...conventions, ...changed } })
  return (
    <>
      <TimestepsField {...props} />
      {choices.map(({ key, label, width, data }) => (
        <Helped key={key} of={`energy.${key}`}>
          <Select label={label} w={width} value={conventions[key] ?? null} data={[...data]} onChange={(value) => value !== null && set({ [key]: value })} />
        </Helped>
      ))}
      <NumberField label="Addition, pJ" name="Addition, pJ" help="energy.addition" width={112} value={conventions.addition ?? usual.addition} onChange={(addition) => addition > 0 && set({ addition })} />
      <NumberField label="Mult.-acc., pJ" name="Multiply-accumulate, pJ" help="energy.multiplication" width={124} value={conventions.multiplication ?? usual.multiplication} onChange={(multiplication) => multiplication > 0 && set({ multiplication })} />
    </>
  )
}

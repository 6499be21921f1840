import { Checkbox, Radio, Select } from '@mantine/core'
import type { NeuronSettings, TrainingConfig } from '../../../preload/contract/index.ts'
import { useCall } from '../../api/use-call.ts'
import { compact, count } from '../../app/format.ts'
import { NumberField } from '../../widgets/NumberField.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { layersText } from './ConfigSummary.tsx'
import { changed, withNetwork } from './form.ts'
import { NeuronVariants } from './NeuronVariants.tsx'
import type { FormPart } from './NewRunPage.tsx'
import { neuronParameters } from './parameters.ts'
import { TopologyField } from './TopologyField.tsx'
import { Helped } from '../../widgets/Help.tsx'
import styles from './form.module.css'

function NeuronFields({ form, faults, set }: FormPart) {
  const { network } = form.config
  const { neuron } = network
  // Another neuron leaves the layers as the preset has them, so the preset's card stays marked.
  const change = (next: Partial<NeuronSettings>) =>
    set({ ...changed(form, { network: { ...network, neuron: { ...neuron, ...next } } }), networkPreset: form.networkPreset })
  const field = (key: keyof typeof neuronParameters) => (
    <NumberField
      key={key}
      label={neuronParameters[key].title}
      name={`Neuron ${key}`}
      help={`neuron.${key}`}
      value={neuron[key]}
      error={faults.get(`network.neuron.${key}`)}
      onChange={(value) => change({ [key]: value })}
    />
  )
  return (
    <details className={styles.details}>
      <summary>Neuron and surrogate</summary>
      <p className={styles.formula}>
        {neuron.learnTau === 'plif' ? 'u ← u + (x − (u − reset value))/τ' : 'u ← u/τ + x'}; spike where u &gt; threshold; {neuron.reset === 'hard' ? 'u ← reset value' : 'u ← u − threshold'} where it spiked
      </p>
      <div className={styles.four}>
        {field('tau')}
        {field('threshold')}
        <Helped of="neuron.reset">
          <Select
            label="Reset"
            value={neuron.reset}
            data={[
              { value: 'hard', label: 'hard' },
              { value: 'soft', label: 'soft' },
            ]}
            onChange={(reset) => change({ reset: reset === 'soft' ? 'soft' : 'hard' })}
          />
        </Helped>
        {neuron.reset === 'hard' && field('resetValue')}
        <Helped of="neuron.surrogate" className={styles.wide}>
          <Select
            className={styles.wide}
            label="Surrogate"
            value={neuron.surrogate}
            data={surrogates.map(({ value, label }) => ({ value, label }))}
            onChange={(chosen) => {
              const surrogate = surrogates.find(({ value }) => value === chosen)
              if (surrogate) change({ surrogate: surrogate.value, alpha: surrogate.alpha })
            }}
          />
        </Helped>
        {field('alpha')}
      </div>
      <Helped of="neuron.detach-reset" beside>
        <Checkbox
          mt={10}
          label="The gradient stops at the reset (the authors’ code does not stop it)"
          checked={neuron.detachReset}
          onChange={(event) => change({ detachReset: event.currentTarget.checked })}
        />
      </Helped>
      <NeuronVariants neuron={neuron} change={change} />
    </details>
  )
}

/** Surrogates with the width or slope their papers use. */
const surrogates: readonly { readonly value: NeuronSettings['surrogate']; readonly label: string; readonly alpha: number }[] = [
  { value: 'triangle', label: 'triangle (TET, TRT)', alpha: 1 },
  { value: 'rectangle', label: 'rectangle (STBP)', alpha: 0.5 },
  { value: 'sigmoid', label: 'sigmoid', alpha: 4 },
  { value: 'arctangent', label: 'arctangent (PLIF)', alpha: 2 },
  { value: 'localzo', label: 'LocalZO (2023), five draws', alpha: 0.5 },
  { value: 'gaussian', label: 'Gaussian (LocalZO’s mean)', alpha: 0.5 },
]

interface NetworkPart<Key extends 'norm' | 'sharing'> {
  readonly label: string
  readonly key: Key
  /** The first is what a network has without a word. */
  readonly choices: readonly { readonly value: TrainingConfig['network'][Key]; readonly label: string; readonly help: string }[]
}

const norm: NetworkPart<'norm'> = {
  label: 'Normalization',
  key: 'norm',
  choices: [
    { value: undefined, label: 'over time and batch', help: 'Batch norm whose statistics are those of all timesteps together, as TET and TRT train.' },
    { value: 'tdbn', label: 'tdBN (2021)', help: 'The same, scaled by the threshold, and by 1/√2 where a residual block adds two branches.' },
    { value: 'tebn', label: 'TEBN (2022)', help: 'The same, times a learned number for each timestep. The network is bound to its number of timesteps.' },
    {
      value: 'tab',
      label: 'TAB (2024)',
      help: 'A batch norm for each timestep with the statistics of all timesteps up to it, times a learned p². Bound to its number of timesteps.',
    },
  ],
}

const sharing: NetworkPart<'sharing'> = {
  label: 'Membranes (EfficientLIF-Net, 2023)',
  key: 'sharing',
  choices: [
    { value: undefined, label: 'one for each neuron', help: 'Every neuron of every layer has a potential of its own.' },
    { value: 'channels', label: 'shared by channels', help: 'Both halves of a layer’s channels go through the same potentials: half the memory.' },
    {
      value: 'layers',
      label: 'shared by layers',
      help: 'Consecutive layers of one shape go through the same potentials, timestep by timestep: slower here, less memory on a chip.',
    },
    { value: 'layers-channels', label: 'shared by both', help: 'Consecutive layers of one shape, each by halves of its channels.' },
  ],
}

function NetworkPartField<Key extends 'norm' | 'sharing'>({ form, faults, set, part }: FormPart & { readonly part: NetworkPart<Key> }) {
  const { network } = form.config
  const chosen = part.choices.find(({ value }) => value === network[part.key])
  return (
    <Helped of={`network.${part.key}`} className={styles.apart}>
      <Select
        label={part.label}
        description={chosen?.help}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        error={faults.get(`network.${part.key}`)}
        value={chosen?.label ?? null}
        data={part.choices.map(({ label }) => label)}
        allowDeselect={false}
        onChange={(label) => {
          const next = part.choices.find((other) => other.label === label)
          // The layers stay as the preset has them, so its card stays marked.
          if (next) set({ ...changed(form, { network: { ...network, [part.key]: next.value } }), networkPreset: form.networkPreset })
        }}
      />
    </Helped>
  )
}

type Form = Extract<TrainingConfig['network']['layers'][number], { type: 'residual' }>['form']

/** How spikes s of a SEW block meet its shortcut x (Fang et al. 2021, table 1). */
const shortcuts: readonly { readonly value: Form; readonly label: string }[] = [
  { value: 'sew-add', label: 'ADD: s + x' },
  { value: 'sew-and', label: 'AND: s · x' },
  { value: 'sew-iand', label: 'IAND: (1 − s) · x' },
]

/** ADD, AND or IAND, of networks that have spike-element-wise blocks. */
function ShortcutField({ form, set }: FormPart) {
  const { network } = form.config
  const found = network.layers.flatMap((layer) => (layer.type === 'residual' && layer.form !== 'spiking' ? [layer.form] : []))[0]
  if (found === undefined) return null
  return (
    <Helped of="network.shortcut" className={styles.apart}>
      <Select
        label="Shortcut of SEW blocks"
        value={found}
        data={shortcuts.map(({ value, label }) => ({ value, label }))}
        allowDeselect={false}
        onChange={(chosen) => {
          const next = shortcuts.find(({ value }) => value === chosen)
          if (!next) return
          const layers = network.layers.map((layer) => (layer.type === 'residual' && layer.form !== 'spiking' ? { ...layer, form: next.value } : layer))
          // The same size, so the preset's card stays marked.
          set({ ...changed(form, { network: { ...network, layers } }), networkPreset: form.networkPreset })
        }}
      />
    </Helped>
  )
}

/** The networks offered, with their size for the dataset, and the neuron they are made of. */
export function NetworkFields(part: FormPart) {
  const { form, presets, faults, set } = part
  const { network, dataset } = form.config
  const valid = ![...faults.keys()].some((field) => field.startsWith('network'))
  // Neurons and norms may have parameters of their own.
  const size = useCall('training.size', valid ? { network, dataset } : null, true).data
  return (
    <Panel title="Network" help="network.layers">
      <Radio.Group
        aria-label="Network"
        value={form.networkPreset ?? ''}
        onChange={(id) => {
          const preset = presets.networks.find((other) => other.id === id)
          if (preset) set(withNetwork(form, preset))
        }}
      >
        <div className={styles.networks}>
          {form.networkPreset === null && (
            <p className={styles.note}>
              Other layers than the presets’: {layersText(network)}
              {size !== null && size.parameters !== null && `; ${count(size.parameters)} parameters, ${compact(size.macsPerTimestep ?? 0)} MACs / timestep`}
            </p>
          )}
          {presets.networks.map((preset) => {
            const fits = preset.parameters !== null
            const { parameters, macsPerTimestep } = preset.id === form.networkPreset && size !== null ? size : preset
            return (
              <Radio.Card key={preset.id} value={preset.id} disabled={!fits} className={styles.network} aria-label={preset.title}>
                <Radio.Indicator size="xs" />
                <span>
                  <b>{preset.title}</b>
                  <span>{preset.description}</span>
                </span>
                <span className={styles.sizes}>
                  {parameters !== null && macsPerTimestep !== null ? (
                    <>
                      {count(parameters)} parameters
                      <br />
                      {compact(macsPerTimestep)} MACs / timestep
                    </>
                  ) : (
                    'too many poolings for these frames'
                  )}
                </span>
              </Radio.Card>
            )
          })}
        </div>
      </Radio.Group>
      <div className={styles.two}>
        <NetworkPartField {...part} part={norm} />
        <NetworkPartField {...part} part={sharing} />
      </div>
      {size !== null && size.fault !== null && (
        <p className={styles.note} role="alert">
          This network does not fit these frames: {size.fault}.
        </p>
      )}
      <ShortcutField {...part} />
      <NeuronFields {...part} />
      <TopologyField {...part} />
    </Panel>
  )
}

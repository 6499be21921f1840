import { Checkbox, SegmentedControl, Select } from '@mantine/core'
import type { OptimizerSettings } from '../../../preload/contract/index.ts'
import { NumberField } from '../../widgets/NumberField.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { changed } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import { optimizerParameters } from './parameters.ts'
import styles from './form.module.css'

/** The usual values of an optimizer, as in main/training/schema.ts. */
const optimizers: Record<OptimizerSettings['name'], OptimizerSettings> = {
  adam: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  sgd: { name: 'sgd', momentum: 0.9, weightDecay: 0 },
}

/** Optimizer, schedule, augmentation, seed, device. */
export function OptimizationFields({ form, faults, set }: FormPart) {
  const { config } = form
  const { optimizer, augmentation } = config
  const values: Readonly<Record<string, unknown>> = optimizer
  return (
    <Panel title="Optimization">
      <div className={styles.two}>
        <NumberField
          label="Epochs"
          name="Epochs"
          value={config.epochs}
          error={faults.get('epochs')}
          onChange={(epochs) => set(changed(form, { epochs }))}
        />
        <NumberField
          label="Batch size"
          name="Batch size"
          value={config.batchSize}
          error={faults.get('batchSize')}
          onChange={(batchSize) => set(changed(form, { batchSize }))}
        />
        <NumberField
          label="Learning rate"
          name="Learning rate"
          value={config.learningRate}
          error={faults.get('learningRate')}
          onChange={(learningRate) => set(changed(form, { learningRate }))}
        />
        <Select
          label="Schedule"
          value={config.schedule}
          data={[
            { value: 'cosine', label: 'cosine to 0' },
            { value: 'constant', label: 'constant' },
          ]}
          onChange={(schedule) => set(changed(form, { schedule: schedule === 'constant' ? 'constant' : 'cosine' }))}
        />
        <Select
          label="Optimizer"
          value={optimizer.name}
          data={[
            { value: 'adam', label: 'Adam' },
            { value: 'sgd', label: 'SGD with momentum' },
          ]}
          onChange={(name) => set(changed(form, { optimizer: optimizers[name === 'sgd' ? 'sgd' : 'adam'] }))}
        />
        <NumberField
          label="Seed"
          name="Seed"
          help="Seeds initial weights, order of samples and augmentation. The same seed on the CPU gives the same losses, to the last bit."
          value={config.seed}
          error={faults.get('seed')}
          onChange={(seed) => set(changed(form, { seed }))}
        />
      </div>
      <details className={styles.details}>
        <summary>Every parameter of {optimizer.name === 'adam' ? 'Adam' : 'SGD'}</summary>
        <div className={styles.two}>
          {Object.keys(values)
            .filter((key) => key in optimizerParameters)
            .map((key) => {
              const parameter = optimizerParameters[key as keyof typeof optimizerParameters]
              return (
                <NumberField
                  key={key}
                  label={parameter.title}
                  name={`${optimizer.name} ${key}`}
                  help={parameter.help}
                  value={Number(values[key])}
                  error={faults.get(`optimizer.${key}`)}
                  onChange={(value) => set(changed(form, { optimizer: { ...optimizer, [key]: value } }))}
                />
              )
            })}
        </div>
      </details>
      <div className={styles.augmentation}>
        <Checkbox
          label="Flip left and right"
          checked={augmentation.flip}
          onChange={(event) => set(changed(form, { augmentation: { ...augmentation, flip: event.currentTarget.checked } }))}
        />
        <NumberField
          label="Roll, px"
          name="Roll in pixels"
          width={84}
          help="Shifts each sample by up to so many pixels in both axes, wrapping around; the same for all its frames."
          value={augmentation.roll}
          error={faults.get('augmentation.roll')}
          onChange={(roll) => set(changed(form, { augmentation: { ...augmentation, roll } }))}
        />
      </div>
      <div className={styles.device}>
        <span>Device</span>
        <SegmentedControl
          aria-label="Device"
          value={config.device}
          data={[
            { value: 'cpu', label: 'CPU' },
            { value: 'webgpu', label: 'GPU (WebGPU)' },
          ]}
          onChange={(device) => set(changed(form, { device: device === 'webgpu' ? 'webgpu' : 'cpu' }))}
        />
      </div>
    </Panel>
  )
}

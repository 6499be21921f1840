import { useEffect, useRef } from 'react'
import { Button, Select } from '@mantine/core'
import type { Device, DeviceReport, OptimizerSettings, TrainingConfig } from '../../../preload/contract/index.ts'
import { compact } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { NumberField } from '../../widgets/NumberField.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { chooseDevice, fastest, readDevices, useDevices } from './devices.ts'
import { changed } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import { optimizerParameters, optimizerTitles } from './parameters.ts'
import { StageFields } from './StageFields.tsx'
import { Helped } from '../../widgets/Help.tsx'
import styles from './form.module.css'

/** The usual values of an optimizer, as in main/training/schema.ts. */
const optimizers: Record<OptimizerSettings['name'], OptimizerSettings> = {
  adam: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  adamw: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  sgd: { name: 'sgd', momentum: 0.9, weightDecay: 0 },
  rmsprop: { name: 'rmsprop', alpha: 0.99, epsilon: 1e-8, weightDecay: 0 },
}

const schedules: Record<TrainingConfig['schedule'], string> = { cosine: 'cosine to 0', constant: 'constant', step: 'steps' }
/** The CPU, which is always there, until the list of devices has come. */
const onlyCpu: readonly DeviceReport[] = [
  { device: 'cpu', title: 'CPU (ONNX Runtime)', state: 'found', detail: '', advice: null, samplesPerSecond: null, lossDifference: null },
]

/** Devices that refuse mixed precision always; of the others a GPU tells when the run starts. */
const withoutFloat16: ReadonlySet<Device> = new Set(['cpu', 'coreml', 'tensorflow'])

const has = <T extends object>(table: T, key: string | null): key is Extract<keyof T, string> => key !== null && key in table

/** Optimizer, schedule, stages, seed, device. */
export function OptimizationFields(part: FormPart) {
  const { form, faults, set } = part
  const { config } = form
  const { optimizer } = config
  const values: Readonly<Record<string, unknown>> = optimizer
  const devices = useDevices((state) => state.devices) ?? onlyCpu
  useEffect(() => void readDevices(), [])
  const best = fastest(devices)?.device
  const { choice, choosing, error: deviceError } = useDevices()
  // The form may have been changed while devices were measured.
  const latest = useRef(form)
  useEffect(() => void (latest.current = form), [form])
  const takeDevice = (device: Device): void => set(changed(latest.current, { device }))
  const deviceChoice = ({ device, title, state, samplesPerSecond }: DeviceReport) => ({
    value: device,
    disabled: state === 'missing',
    label: `${title}${samplesPerSecond === null ? '' : `, ${compact(samplesPerSecond)} samples/s`}${
      state === 'missing' || state === 'fails' ? ` (${state})` : device === best ? ' (fastest measured)' : ''
    }`,
  })
  const step = config.step ?? { epochs: Math.max(1, Math.ceil(config.epochs / 3)), factor: 0.1 }
  return (
    <Panel title="Optimization">
      <div className={styles.two}>
        <NumberField
          label="Epochs"
          name="Epochs"
          help="training.epochs"
          value={config.epochs}
          error={faults.get('epochs')}
          onChange={(epochs) => set(changed(form, { epochs }))}
        />
        <NumberField
          label="Batch size"
          name="Batch size"
          help="training.batchSize"
          value={config.batchSize}
          error={faults.get('batchSize')}
          onChange={(batchSize) => set(changed(form, { batchSize }))}
        />
        <NumberField
          label="Learning rate"
          name="Learning rate"
          help="training.learningRate"
          value={config.learningRate}
          error={faults.get('learningRate')}
          onChange={(learningRate) => set(changed(form, { learningRate }))}
        />
        <Helped of="training.schedule">
          <Select
            label="Schedule"
            value={config.schedule}
            data={Object.entries(schedules).map(([value, label]) => ({ value, label }))}
            onChange={(schedule) => has(schedules, schedule) && set(changed(form, { schedule, step: undefined }))}
          />
        </Helped>
        <Helped of="training.optimizer">
          <Select
            label="Optimizer"
            value={optimizer.name}
            data={Object.entries(optimizerTitles).map(([value, label]) => ({ value, label }))}
            onChange={(name) => has(optimizers, name) && set(changed(form, { optimizer: optimizers[name] }))}
          />
        </Helped>
        <Helped of="training.protocol">
          <Select
            label="Best epoch by"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            description={
              config.protocol === 'fair'
                ? 'A tenth of the training samples is kept apart; the test split is scored once, at the end.'
                : 'As TRT and TET report it: the split that scores also chooses, so the number is too good.'
            }
            allowDeselect={false}
            value={config.protocol ?? 'papers'}
            data={[
              { value: 'fair', label: 'validation accuracy (fair)' },
              { value: 'papers', label: 'test accuracy (as in the papers)' },
            ]}
            onChange={(value) => set(changed(form, { protocol: value === 'fair' ? 'fair' : 'papers' }))}
          />
        </Helped>
        <NumberField
          label="Seed"
          name="Seed"
          help="training.seed"
          value={config.seed}
          error={faults.get('seed')}
          onChange={(seed) => set(changed(form, { seed }))}
        />
      </div>
      <details className={styles.details}>
        <summary>Every parameter of {optimizerTitles[optimizer.name]} and its schedule</summary>
        <div className={styles.two}>
          {Object.keys(values)
            .filter((key) => has(optimizerParameters, key))
            .map((key) => {
              const parameter = optimizerParameters[key]
              return (
                <NumberField
                  key={key}
                  label={parameter.title}
                  name={`${optimizer.name} ${key}`}
                  help={`optimizer.${key}`}
                  value={Number(values[key])}
                  error={faults.get(`optimizer.${key}`)}
                  onChange={(value) => set(changed(form, { optimizer: { ...optimizer, [key]: value } }))}
                />
              )
            })}
          <NumberField
            label="Warm-up, epochs"
            name="Warm-up epochs"
            help="training.warmupEpochs"
            value={config.warmupEpochs ?? 0}
            error={faults.get('warmupEpochs')}
            onChange={(epochs) => set(changed(form, { warmupEpochs: epochs === 0 ? undefined : epochs }))}
          />
          <Helped of="training.rateChanges">
            <Select
              label="Rate changes"
              value={config.rateChanges ?? 'epoch'}
              allowDeselect={false}
              data={[
                { value: 'epoch', label: 'with every epoch' },
                { value: 'step', label: 'with every step' },
              ]}
              onChange={(value) => set(changed(form, { rateChanges: value === 'step' ? 'step' : undefined }))}
            />
          </Helped>
          <NumberField
            label="Clip gradient norm"
            name="Clip gradient norm"
            help="training.clipNorm"
            value={config.clipNorm ?? 0}
            error={faults.get('clipNorm')}
            onChange={(norm) => set(changed(form, { clipNorm: norm === 0 ? undefined : norm }))}
          />
          <NumberField
            label="Keep every, epochs"
            name="Keep a checkpoint every"
            help="training.keepEvery"
            value={config.keepEvery ?? 0}
            error={faults.get('keepEvery')}
            onChange={(epochs) => set(changed(form, { keepEvery: epochs === 0 ? undefined : epochs }))}
          />
          {config.schedule === 'step' && (
            <>
              <NumberField
                label="Step every, epochs"
                name="Step epochs"
                help="training.step-epochs"
                value={step.epochs}
                error={faults.get('step.epochs')}
                onChange={(epochs) => set(changed(form, { step: { ...step, epochs } }))}
              />
              <NumberField
                label="Factor"
                name="Step factor"
                help="training.step-factor"
                value={step.factor}
                error={faults.get('step.factor')}
                onChange={(factor) => set(changed(form, { step: { ...step, factor } }))}
              />
            </>
          )}
        </div>
      </details>
      <StageFields {...part} />
      <div className={styles.device}>
        <span>Device</span>
        <Helped of="training.device" beside grow>
          <Select
            aria-label="Device"
            flex="1 1 160px"
            value={config.device}
            data={devices.map(deviceChoice)}
            onChange={(value) => {
              const chosen = devices.find(({ device }) => device === value)
              if (chosen) takeDevice(chosen.device)
            }}
          />
        </Helped>
        <Button
          variant="default"
          size="compact-sm"
          loading={choosing}
          onClick={() => void chooseDevice().then((device) => device !== null && takeDevice(device))}
        >
          Automatic
        </Button>
        <Button variant="subtle" size="compact-sm" onClick={() => go({ view: 'training', page: 'devices' })}>
          Devices…
        </Button>
      </div>
      <div className={styles.device}>
        <span>Precision</span>
        <Helped of="training.precision" beside grow>
          <Select
            aria-label="Precision"
            flex={1}
            allowDeselect={false}
            value={config.precision ?? 'float32'}
            data={[
              { value: 'float32', label: 'float32' },
              { value: 'mixed', label: 'mixed: products in float16, weights, optimizer and loss in float32', disabled: withoutFloat16.has(config.device) },
            ]}
            onChange={(value) => set(changed(form, { precision: value === 'mixed' ? 'mixed' : undefined }))}
          />
        </Helped>
      </div>
      {config.precision === 'mixed' && withoutFloat16.has(config.device) && (
        <p role="alert">Mixed precision needs a GPU: {config.device} computes in float32 only, and the run would be refused.</p>
      )}
      {deviceError !== null && <p role="alert">{deviceError}</p>}
      {choice !== null && choice.device === config.device && (
        <p role="status" className={styles.note}>
          Automatic: {choice.reason}.
        </p>
      )}
    </Panel>
  )
}

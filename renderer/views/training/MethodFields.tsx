import { Select } from '@mantine/core'
import type { MethodSettings } from '../../../preload/contract/index.ts'
import { isHelpKey, type HelpKey } from '../../help/registry.ts'
import { NumberField } from '../../widgets/NumberField.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { changed, withTraining } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import { methodParameters, methodTexts, type Parameter } from './parameters.ts'
import { Helped } from '../../widgets/Help.tsx'
import styles from './form.module.css'

/** Where the explanation of a method's parameter stands. */
const methodKey = (method: MethodSettings['name'], parameter: string): HelpKey => {
  const key = `method.${method}.${parameter}`
  return isHelpKey(key) ? key : 'training.method'
}

/** The first preset's settings for a method; what one gets when switching to it. */
function settingsFor(name: string, presets: FormPart['presets']): MethodSettings | undefined {
  return presets.trainings.find((other) => other.settings.method.name === name)?.settings.method
}

function Details({ form, faults, set }: FormPart) {
  const { method } = form.config
  const parameters = Object.entries<Parameter>(methodParameters[method.name])
  const values: Readonly<Record<string, unknown>> = method
  return (
    <details className={styles.details}>
      <summary>Every parameter of {methodTexts[method.name].title}</summary>
      <div className={styles.four}>
        {parameters.map(([key, parameter]) => (
          <NumberField
            key={key}
            label={`${parameter.title} (${key})`}
            name={`${method.name} ${key}`}
            help={methodKey(method.name, key)}
            value={Number(values[key] ?? 0)}
            error={faults.get(`method.${key}`)}
            onChange={(value) => set(changed(form, { method: { ...method, [key]: value } }))}
          />
        ))}
        {method.name === 'sdt' && (
          <Helped of="training.criterion">
            <Select
              label="Criterion"
              value={method.criterion}
              data={[
                { value: 'cross-entropy', label: 'cross-entropy' },
                { value: 'mse', label: 'MSE to one-hot' },
              ]}
              onChange={(criterion) =>
                set(changed(form, { method: { ...method, criterion: criterion === 'mse' ? 'mse' : 'cross-entropy' } }))
              }
            />
          </Helped>
        )}
        {method.name === 'trt' && (
          <Helped of="training.first-timestep">
            <Select
              label="t counts from"
              value={String(method.firstTimestep)}
              data={[
                { value: '0', label: '0 (authors’ code)' },
                { value: '1', label: '1 (paper)' },
              ]}
              onChange={(first) => set(changed(form, { method: { ...method, firstTimestep: first === '1' ? 1 : 0 } }))}
            />
          </Helped>
        )}
      </div>
    </details>
  )
}

/** Another method's loss from an epoch on (TET: SDT for 200 epochs, then TET). */
function SwitchFields({ form, presets, faults, set }: FormPart) {
  const { switch: later, epochs, method } = form.config
  return (
    <div className={styles.four}>
      <Helped of="training.switch">
        <Select
          label="Then switch to"
          aria-label="Method after the switch"
          allowDeselect={false}
          value={later?.method.name ?? 'none'}
          data={[
            { value: 'none', label: 'never' },
            ...Object.entries(methodTexts).flatMap(([value, { title }]) => (value === method.name ? [] : [{ value, label: title }])),
          ]}
          onChange={(name) => {
            const settings = name === null ? undefined : settingsFor(name, presets)
            const afterEpoch = later?.afterEpoch ?? Math.max(1, Math.round((epochs * 2) / 3))
            set(changed(form, { switch: settings && { afterEpoch, method: settings } }))
          }}
        />
      </Helped>
      {later !== undefined && (
        <NumberField
          label="After epoch"
          name="Epoch of the switch"
          help="training.switch-epoch"
          value={later.afterEpoch}
          error={faults.get('switch.afterEpoch')}
          onChange={(afterEpoch) => set(changed(form, { switch: { ...later, afterEpoch } }))}
        />
      )}
    </div>
  )
}

/** The loss: a paper's settings as they are, or a method with parameters of one's own. */
export function MethodFields(part: FormPart) {
  const { form, presets, set } = part
  const { method } = form.config
  const texts = methodTexts[method.name]
  const preset = presets.trainings.find((other) => other.id === form.trainingPreset)
  return (
    <Panel title="Method" help="training.method">
      <div className={styles.methodRow}>
        <Select
          aria-label="Method"
          w={130}
          allowDeselect={false}
          value={method.name}
          data={Object.entries(methodTexts).map(([value, { title }]) => ({ value, label: title }))}
          onChange={(name) => {
            const settings = name === null ? undefined : settingsFor(name, presets)
            if (settings) set(changed(form, { method: settings }))
          }}
        />
        <Select
          aria-label="Preset"
          placeholder="Own settings"
          flex={1}
          value={form.trainingPreset}
          data={presets.trainings.map((other) => ({ value: other.id, label: other.title }))}
          onChange={(id) => {
            const chosen = presets.trainings.find((other) => other.id === id)
            if (chosen) set(withTraining(form, chosen))
          }}
        />
      </div>
      <p className={styles.note}>
        {texts.long}
        {preset === undefined ? '' : ` Source of the settings: ${preset.source}.`}
      </p>
      <div className={styles.formula}>
        {texts.formulas.map((formula) => (
          <div key={formula}>{formula}</div>
        ))}
      </div>
      <SwitchFields {...part} />
      {form.config.switch !== undefined && (
        <p className={styles.note}>
          After epoch {form.config.switch.afterEpoch} the loss becomes that of {methodTexts[form.config.switch.method.name].title}:{' '}
          {methodTexts[form.config.switch.method.name].formulas.join('; ')}.
        </p>
      )}
      <Details key={method.name} {...part} />
    </Panel>
  )
}

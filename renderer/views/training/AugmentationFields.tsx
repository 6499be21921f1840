import { Checkbox } from '@mantine/core'
import { NumberField } from '../../widgets/NumberField.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { augmentationKinds, augmentationText, augmented } from './augmentation.ts'
import { changed } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import styles from './form.module.css'

/** Random changes of training samples, the same for all frames of one. */
export function AugmentationFields({ form, faults, set }: FormPart) {
  const { augmentation } = form.config
  return (
    <Panel title="Augmentation" aside={<span className={styles.aside}>{augmentationText(augmentation)}</span>}>
      <div className={styles.augmentations}>
        {augmentationKinds.map(({ key, kind, label, help }) => {
          const put = (value: number | boolean) => set(changed(form, { augmentation: augmented(augmentation, key, value) }))
          return (
            <div key={key} data-help={`augmentation.${key}`}>
              {kind === 'switch' ? (
                <Checkbox label={label} checked={augmentation[key] ?? false} onChange={(event) => put(event.currentTarget.checked)} />
              ) : (
                <label>
                  <NumberField label="" name={`${label} in ${kind}`} help={null} width={52} value={augmentation[key] ?? 0} onChange={put} />
                  {label}, {kind === 'pixels' ? 'px' : '°'}
                </label>
              )}
              <p>{help}</p>
              {faults.has(`augmentation.${key}`) && <p role="alert">{faults.get(`augmentation.${key}`)}</p>}
            </div>
          )
        })}
      </div>
    </Panel>
  )
}

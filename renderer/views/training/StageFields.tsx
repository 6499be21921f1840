import { Button } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { TrainingConfig } from '../../../preload/contract/index.ts'
import { NumberField } from '../../widgets/NumberField.tsx'
import { changed } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import styles from './form.module.css'

type Stage = NonNullable<TrainingConfig['stages']>[number]

/** Stages with fewer timesteps that are trained first: TET's time inheritance training. */
export function StageFields({ form, faults, set }: FormPart) {
  const { stages = [], epochs, learningRate } = form.config
  const put = (next: readonly Stage[]) => set(changed(form, { stages: next.length === 0 ? undefined : [...next] }))
  const change = (index: number, part: Partial<Stage>) => put(stages.map((stage, i) => (i === index ? { ...stage, ...part } : stage)))
  return (
    <details className={styles.details} open={stages.length > 0 ? true : undefined}>
      <summary>Stages with fewer timesteps first (TIT)</summary>
      <p className={styles.note}>
        Time inheritance training: a stage with few timesteps costs little; the next one goes on with its weights, a new optimizer and
        a new schedule. Epochs and learning rate above are those of the last stage, which has all timesteps. Works with every method.
      </p>
      {stages.map((stage, index) => (
        <div key={index} className={styles.four}>
          <NumberField
            label={`Stage ${index + 1}: T`}
            name={`Stage ${index + 1} timesteps`}
            help="training.stage-timesteps"
            value={stage.timesteps}
            error={faults.get(`stages.${index}.timesteps`)}
            onChange={(timesteps) => change(index, { timesteps })}
          />
          <NumberField
            label="Epochs"
            name={`Stage ${index + 1} epochs`}
            help="training.stage-epochs"
            value={stage.epochs}
            error={faults.get(`stages.${index}.epochs`)}
            onChange={(value) => change(index, { epochs: value })}
          />
          <NumberField
            label="Learning rate"
            name={`Stage ${index + 1} learning rate`}
            help="training.stage-rate"
            value={stage.learningRate}
            error={faults.get(`stages.${index}.learningRate`)}
            onChange={(value) => change(index, { learningRate: value })}
          />
          <Button
            variant="subtle"
            size="compact-sm"
            mt={24}
            leftSection={<IconX size={14} />}
            aria-label={`Remove stage ${index + 1}`}
            onClick={() => put(stages.filter((_, i) => i !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        mt={8}
        leftSection={<IconPlus size={14} />}
        disabled={stages.length >= 8}
        onClick={() => put([...stages, { timesteps: 2, epochs, learningRate }])}
      >
        Add a stage
      </Button>
    </details>
  )
}

import { ActionIcon, Button, Select, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { plural } from '../../app/format.ts'
import { NumberField } from '../../widgets/NumberField.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import type { FormPart } from './NewRunPage.tsx'
import { runsOf, sweepOf, sweepParameters, useSweepForm, type SweepForm } from './sweep-form.ts'
import { Helped } from '../../widgets/Help.tsx'
import styles from './sweep.module.css'

/** Repeats over seeds, and settings whose values are tried one after the other: more than one run makes an experiment. */
export function SweepFields({ form, presets }: FormPart) {
  const sweep = useSweepForm((state) => state.sweep)
  const set = (change: Partial<SweepForm>) => useSweepForm.setState({ sweep: { ...sweep, ...change } })
  const parameters = sweepParameters(form.config, presets)
  const free = parameters.filter(({ parameter }) => !sweep.axes.some((axis) => axis.parameter === parameter))
  const change = (index: number, to: Partial<SweepForm['axes'][number]>) => set({ axes: sweep.axes.map((axis, i) => (i === index ? { ...axis, ...to } : axis)) })
  const whole = sweepOf(sweep, form.config.seed)
  return (
    <Panel title="Repeat and vary" help="sweep.axis" aside={<span className={styles.aside}>{whole === null ? 'one run' : plural(runsOf(whole), 'run')}</span>}>
      <label className={styles.repeats} data-help="sweep.repeats">
        <NumberField label="" name="Runs of every setting" help={null} width={52} value={sweep.repeats} onChange={(repeats) => set({ repeats: Math.max(1, Math.min(100, Math.round(repeats))) })} />
        runs of every setting, each with a seed of its own; accuracies are averaged over them
      </label>
      {sweep.axes.map(({ parameter, text }, index) => (
        <div key={parameter} className={styles.axis} data-help="sweep.axis">
          <Select
            aria-label="Setting to vary"
            value={parameter}
            searchable
            allowDeselect={false}
            data={[...parameters.filter((one) => one.parameter === parameter), ...free].map((one) => ({ value: one.parameter, label: one.label }))}
            onChange={(chosen) => chosen !== null && change(index, { parameter: chosen, text: parameters.find((one) => one.parameter === chosen)?.example ?? '' })}
          />
          <TextInput
            aria-label={`Values of ${parameters.find((one) => one.parameter === parameter)?.label ?? parameter}`}
            value={text}
            error={text.trim() === '' ? 'Values, separated by commas' : undefined}
            onChange={(event) => change(index, { text: event.currentTarget.value })}
          />
          <Tooltip label="Don't vary this">
            <ActionIcon variant="subtle" color="gray" aria-label={`Don't vary ${parameter}`} onClick={() => set({ axes: sweep.axes.filter((_, i) => i !== index) })}>
              <IconX size={15} />
            </ActionIcon>
          </Tooltip>
        </div>
      ))}
      {sweep.axes.length > 1 || (sweep.axes.length === 1 && sweep.combine === 'random') ? (
        <div className={styles.combine}>
          <Helped of="sweep.combine" beside grow>
            <Select
              aria-label="How values are combined"
              value={sweep.combine}
              allowDeselect={false}
              data={[
                { value: 'grid', label: 'Every value with every other' },
                { value: 'list', label: 'First with first, second with second' },
                { value: 'random', label: 'Some combinations at random' },
              ]}
              onChange={(combine) => set({ combine: combine as SweepForm['combine'] })}
            />
          </Helped>
          {sweep.combine === 'random' && (
            <label className={styles.repeats} data-help="sweep.drawn">
              <NumberField label="" name="Combinations at random" help={null} width={52} value={sweep.drawn} onChange={(drawn) => set({ drawn: Math.max(1, Math.min(500, Math.round(drawn))) })} />
              combinations, without repetition
            </label>
          )}
        </div>
      ) : null}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={free.length === 0 || sweep.axes.length >= 6}
        onClick={() => set({ axes: [...sweep.axes, { parameter: free[0]!.parameter, text: free[0]!.example }] })}
      >
        Vary a setting
      </Button>
    </Panel>
  )
}

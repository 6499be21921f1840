import { ActionIcon, Button, Menu, NumberInput, Select } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import type { Filter, FilterReport } from '../../preload/contract/index.ts'
import { changed, filterKinds, moved, settingOf, type FilterField } from './filter-kinds.ts'
import { HelpTip } from './Help.tsx'
import styles from './filters.module.css'

function Field({
  field,
  filter,
  name,
  onChange,
}: {
  readonly field: FilterField
  readonly filter: Filter
  readonly name: string
  readonly onChange: (filter: Filter) => void
}) {
  const value = settingOf(filter, field.key)
  const { choices } = field
  if (choices !== undefined)
    return (
      <Select
        label={field.label}
        aria-label={`${name}: ${field.label}`}
        w={160}
        allowDeselect={false}
        value={String(value)}
        data={choices.map((choice) => ({ value: String(choice.value), label: choice.label }))}
        onChange={(next) => {
          const chosen = choices.find((choice) => String(choice.value) === next)
          if (chosen !== undefined) onChange(changed(filter, field.key, chosen.value))
        }}
      />
    )
  return (
    <NumberInput
      label={field.label}
      aria-label={`${name}: ${field.label}`}
      w={field.unit === 'µs' ? 124 : 84}
      min={field.least}
      allowDecimal={field.key === 'sigma'}
      suffix={field.unit === undefined ? '' : ` ${field.unit}`}
      placeholder={field.empty ? 'end' : undefined}
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => {
        if (typeof next === 'number' && next >= (field.least ?? 0)) onChange(changed(filter, field.key, next))
        else if (next === '' && field.empty) onChange(changed(filter, field.key, null))
      }}
    />
  )
}

export interface FilterControlsProps {
  readonly value: readonly Filter[]
  readonly onChange: (filters: Filter[]) => void
  /** What the filters did, where it is known: said beside each. */
  readonly report?: FilterReport | undefined
}

/** A chain of event filters: add, set, reorder, remove. The first filter of the list sees the events first. */
export function FilterControls({ value, onChange, report }: FilterControlsProps) {
  const fresh = report !== undefined && report.dropped.length === value.length
  const share = (part: number) => `${report !== undefined && report.events > 0 ? ((100 * part) / report.events).toFixed(1) : '0'} %`
  return (
    <div className={styles.filters} role="group" aria-label="Filters">
      {value.map((filter, index) => {
        const { label, help, fields } = filterKinds[filter.type]
        const name = `${index + 1} ${label}`
        const put = (next: Filter) => onChange(value.map((one, i) => (i === index ? next : one)))
        return (
          <section key={index} className={styles.filter} aria-label={name} data-help={`filter.${filter.type}`}>
            <header>
              <b>{label}</b>
              <HelpTip of={`filter.${filter.type}`} />
              <span>{fresh ? `drops ${share(report.dropped[index] ?? 0)}` : ''}</span>
              <div className={styles.actions}>
                <ActionIcon aria-label={`Move ${name} up`} disabled={index === 0} onClick={() => onChange(moved(value, index, -1))}>
                  <IconArrowUp size={15} />
                </ActionIcon>
                <ActionIcon
                  aria-label={`Move ${name} down`}
                  disabled={index === value.length - 1}
                  onClick={() => onChange(moved(value, index, 1))}
                >
                  <IconArrowDown size={15} />
                </ActionIcon>
                <ActionIcon aria-label={`Remove ${name}`} onClick={() => onChange(value.filter((_, i) => i !== index))}>
                  <IconTrash size={15} />
                </ActionIcon>
              </div>
            </header>
            <p>{help}</p>
            {fields.length > 0 && (
              <div className={styles.fields}>
                {fields.map((field) => (
                  <Field key={field.key} field={field} filter={filter} name={name} onChange={put} />
                ))}
              </div>
            )}
          </section>
        )
      })}
      <div className={styles.add}>
        <Menu>
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<IconPlus size={14} />}>
              Add a filter
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {Object.values(filterKinds).map(({ label, start }) => (
              <Menu.Item key={start.type} onClick={() => onChange([...value, start])}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {fresh && value.length > 0 && (
          <span role="status">
            kept {share(report.kept)} of {report.events.toLocaleString('en')} events
          </span>
        )}
      </div>
    </div>
  )
}

import { useRef, useState } from 'react'
import { Button, Select, TextInput, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import type { TextPreview, TextReading } from '../../../preload/contract/index.ts'
import { attempt } from '../../api/workbench.ts'
import { useCall } from '../../api/use-call.ts'
import { baseName, folderOf } from '../../app/format.ts'
import { Tag } from '../../widgets/Tag.tsx'
import {
  assigned,
  changed,
  complete,
  delimiterNames,
  describeLayout,
  roleNames,
  sensorOf,
  widened,
  type Columns,
  type Role,
} from './text-columns.ts'
import styles from './text-columns.module.css'

const delimiters = Object.entries(delimiterNames).map(([value, label]) => ({ value, label }))
const units = ['s', 'ms', 'µs', 'ns'] as const

type Change = Parameters<typeof changed>[1]
interface Parts {
  readonly preview: TextPreview
  /** Tells how the text is read from now on. */
  readonly tell: (change: Change) => void
}

function Sensor({ preview, tell }: Parts) {
  const [size, setSize] = useState(() => preview.layout.sensor?.map(String) ?? ['', ''])
  const [width = '', height = ''] = size
  const sensor = sensorOf(width, height)
  const commit = () => {
    if (sensor !== null && String(sensor ?? '') !== String(preview.layout.sensor ?? '')) tell({ sensor })
  }
  const field = (value: string, name: string, next: (value: string) => string[]) => (
    <TextInput
      aria-label={name}
      value={value}
      w={64}
      inputMode="numeric"
      placeholder="auto"
      error={sensor === null && value.trim() !== '' && sensorOf(value, value) === null}
      onChange={(event) => setSize(next(event.currentTarget.value))}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  )
  return (
    <div className={styles.sensor}>
      <span>Sensor, px</span>
      <div>
        {field(width, 'Sensor width', (value) => [value, height])}
        <span aria-hidden>×</span>
        {field(height, 'Sensor height', (value) => [width, value])}
      </div>
    </div>
  )
}

function HeaderLines({ preview, tell }: Parts) {
  const [typed, setTyped] = useState<string | null>(null)
  const commit = () => {
    const lines = Number(typed)
    if (typed !== null && /^\d{1,4}$/.test(typed.trim()) && lines !== preview.layout.headerLines) tell({ headerLines: lines })
    setTyped(null)
  }
  return (
    <TextInput
      label="Header lines"
      w={92}
      inputMode="numeric"
      value={typed ?? String(preview.layout.headerLines)}
      error={typed !== null && !/^\d{0,4}$/.test(typed.trim())}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  )
}

/** The first lines, with what each column is above them. */
function Lines({ preview, tell }: Parts) {
  const { lines, layout } = preview
  const known = widened(layout.columns, preview.columns)
  // Until every column is named nothing can be told; what was named so far stays here.
  const [draft, setDraft] = useState<Columns | null>(null)
  const columns = layout.columns ? known : (draft ?? known)
  const name = (index: number, role: Role | null) => {
    const next = assigned(columns, index, role)
    setDraft(next)
    // What was seen when they were named is what they are named for.
    const seen = layout.columns ? {} : { delimiter: layout.delimiter, headerLines: layout.headerLines }
    if (complete(next)) tell({ ...seen, columns: next })
  }
  const taken = (role: Role) => (layout.columns ? '' : columns.includes(role) ? ' (taken)' : '')
  return (
    <div className={styles.lines}>
      <table aria-label="First lines">
        <thead>
          <tr>
            <th scope="col">Line</th>
            {columns.map((role, index) => (
              <th key={index} scope="col" data-role={role ?? undefined}>
                <select
                  aria-label={`Column ${index + 1}`}
                  value={role ?? ''}
                  onChange={(event) => name(index, event.currentTarget.value === '' ? null : (event.currentTarget.value as Role))}
                >
                  {/* Of a text that is read no column can be given up, only exchanged for another. */}
                  <option value="" disabled={layout.columns !== null && role !== null}>
                    not used
                  </option>
                  {(Object.keys(roleNames) as Role[]).map((one) => (
                    <option key={one} value={one}>
                      {roleNames[one]}
                      {role === one ? '' : taken(one)}
                    </option>
                  ))}
                </select>
              </th>
            ))}
            <th aria-hidden className={styles.rest} />
          </tr>
        </thead>
        <tbody>
          {lines.map(({ number, text, cells, header }) => (
            <tr key={number} data-header={header || undefined}>
              <td>{number}</td>
              {header ? (
                <td colSpan={columns.length + 1}>{text}</td>
              ) : (
                columns.map((role, index) => (
                  <td key={index} data-role={role ?? undefined}>
                    {cells[index] ?? ''}
                  </td>
                ))
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Told({ preview, save }: { readonly preview: TextPreview; readonly save: (path: string, reading: TextReading | null) => void }) {
  const { kept, path } = preview
  const folder = folderOf(path)
  if (kept === null)
    return <p className={styles.note}>Guessed from the first lines. What you change is kept for this file, in the library.</p>
  return (
    <p className={styles.note}>
      {kept.folder ? `Told for all texts in ${baseName(kept.path)}.` : 'Told for this file.'}{' '}
      <Button variant="subtle" size="compact-xs" onClick={() => save(kept.path, null)}>
        Guess again
      </Button>
      {!kept.folder && (
        <Button variant="subtle" size="compact-xs" onClick={() => save(folder, kept.reading)}>
          Read all texts in {baseName(folder)} like this
        </Button>
      )}
    </p>
  )
}

/**
 * How a recording that is a text is read: its first lines with a choice above each column, delimiter, unit, header and sensor. Every
 * change is kept and takes effect at once.
 * @param failed it could not be opened: then this is what has to be looked at
 * @param onTold the recording has to be opened anew
 */
export function TextColumns({ path, failed, onTold }: { readonly path: string; readonly failed: boolean; readonly onTold: () => void }) {
  const { data: preview, reload } = useCall('recordings.preview-text', { path }, true)
  const [shown, setShown] = useState<boolean | null>(null)
  // What was told last: the next change may come before the answer.
  const latest = useRef<TextReading | null | undefined>(undefined)
  if (preview === null) return null
  const open = shown ?? failed
  const save = (place: string, reading: TextReading | null) => {
    if (place === preview.path || reading === null) latest.current = reading
    void attempt('recordings.read-text', { path: place, reading }, 'This could not be kept').then((answer) => {
      if (answer === null) return
      setShown(true)
      reload()
      onTold()
    })
  }
  const tell = (change: Change) =>
    save(preview.path, changed(latest.current === undefined ? (preview.kept?.reading ?? null) : latest.current, change))
  const { layout } = preview
  return (
    <section className={styles.panel} aria-label="How the text is read">
      <UnstyledButton className={styles.bar} aria-expanded={open} onClick={() => setShown(!open)}>
        <IconChevronRight size={15} aria-hidden />
        <b>How the text is read</b>
        <span title={describeLayout(layout)}>{describeLayout(layout)}</span>
        <Tag tone={layout.columns === null ? 'bad' : preview.kept ? 'accent' : 'neutral'}>
          {layout.columns === null ? 'unknown' : preview.kept ? 'told' : 'guessed'}
        </Tag>
      </UnstyledButton>
      {open && (
        <div className={styles.body}>
          <div className={styles.controls}>
            <Select
              label="Delimiter"
              w={118}
              data={delimiters}
              value={layout.delimiter}
              allowDeselect={false}
              onChange={(value) => value !== null && tell({ delimiter: value as keyof typeof delimiterNames })}
            />
            <Select
              label="Unit of time"
              w={92}
              data={units}
              value={layout.unit}
              allowDeselect={false}
              placeholder="?"
              onChange={(value) => value !== null && tell({ unit: value })}
            />
            <HeaderLines preview={preview} tell={tell} />
            {/* What was typed stands until another size is told. */}
            <Sensor key={String(layout.sensor)} preview={preview} tell={tell} />
            <Told preview={preview} save={save} />
          </div>
          {layout.columns === null && <p className={styles.ask}>Say above the columns which holds time, x, y and polarity.</p>}
          <Lines key={`${String(layout.columns)} ${layout.delimiter}`} preview={preview} tell={tell} />
        </div>
      )}
    </section>
  )
}

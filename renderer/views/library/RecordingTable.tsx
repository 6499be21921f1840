import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useElementSize } from '@mantine/hooks'
import { IconAlertTriangle, IconArrowDown, IconArrowUp, IconCopy } from '@tabler/icons-react'
import type { LibraryRecording, RecordingSort } from '../../../preload/contract/index.ts'
import { bytes, compact, count, duration, percent } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Tag } from '../../widgets/Tag.tsx'
import { rowAfterKey, rowHeight, visibleRows, type Pages } from './pages.ts'
import styles from './library.module.css'

interface Column {
  readonly sort: RecordingSort
  readonly title: string
  readonly number?: boolean
  /** Left out where there is little room. */
  readonly optional?: boolean
  readonly cell: (row: LibraryRecording) => React.ReactNode
}

const columns: readonly Column[] = [
  { sort: 'name', title: 'Recording', cell: (row) => row.name },
  { sort: 'label', title: 'Label', cell: (row) => row.label ?? '–' },
  { sort: 'format', title: 'Format', optional: true, cell: (row) => (row.failure === null ? row.formatName : '–') },
  { sort: 'bytes', title: 'Size', number: true, optional: true, cell: (row) => bytes(row.bytes) },
  { sort: 'duration', title: 'Duration', number: true, cell: (row) => (row.failure === null ? duration(row.durationUs) : '–') },
  { sort: 'events', title: 'Events', number: true, cell: (row) => (row.failure === null ? count(row.events) : '–') },
  { sort: 'rate', title: 'Rate', number: true, cell: (row) => (row.rate > 0 ? compact(row.rate, 'Ev/s') : '–') },
  { sort: 'on', title: 'ON', number: true, cell: (row) => (row.events > 0 ? percent(row.on / row.events, 0) : '–') },
  { sort: 'problems', title: 'Notes', cell: (row) => <Notes row={row} /> },
]

function Notes({ row }: { readonly row: LibraryRecording }) {
  return (
    <span className={styles.notes}>
      {row.missing && <Tag tone="warn" title="The file has gone; it is known on in case it comes back or was moved">gone</Tag>}
      {row.failure !== null && <Tag tone="bad" title={row.failure}>unreadable</Tag>}
      {row.problems > 0 && (
        <Tag tone="warn" title={`${row.problems} problems found while reading`}>
          <IconAlertTriangle size={12} aria-label="problems" /> {row.problems}
        </Tag>
      )}
      {row.copies > 0 && (
        <Tag title="The same bytes lie in other files, too">
          <IconCopy size={12} aria-label="copies" /> {row.copies}
        </Tag>
      )}
      {row.sameEvents > 0 && <Tag title="Other files have the same events">same events</Tag>}
    </span>
  )
}

export interface RecordingTableProps {
  readonly pages: Pages
  readonly sort: RecordingSort
  readonly descending: boolean
  readonly onSort: (sort: RecordingSort) => void
  readonly selected: number | null
  readonly onSelect: (id: number) => void
  readonly onVisible: (rows: readonly [number, number]) => void
}

/** All recordings, however many: only the rows in view exist. Arrow keys walk, Enter opens on the stage. */
export function RecordingTable({ pages, sort, descending, onSort, selected, onSelect, onVisible }: RecordingTableProps) {
  const { ref, height } = useElementSize<HTMLDivElement>()
  const scroller = useRef<HTMLDivElement>(null)
  const [scrollTop, setScrollTop] = useState(0)
  const [cursor, setCursor] = useState(0)
  const name = useId()
  const total = pages.total ?? 0
  const [from, to] = visibleRows(scrollTop, height, total)
  useEffect(() => onVisible([from, to]), [from, to, onVisible])

  const choose = (index: number) => {
    setCursor(index)
    const row = pages.row(index)
    if (row) onSelect(row.id)
    const box = scroller.current
    if (!box) return
    const inside = box.clientHeight - rowHeight
    if (index * rowHeight < box.scrollTop) box.scrollTop = index * rowHeight
    else if ((index + 1) * rowHeight > box.scrollTop + inside) box.scrollTop = (index + 1) * rowHeight - inside
  }
  const open = (index: number) => {
    const row = pages.row(index)
    if (row && !row.missing) go({ view: 'recordings', path: row.path })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter') return open(cursor)
    const next = rowAfterKey(event.key, cursor, total, Math.max(1, Math.floor(height / rowHeight) - 2))
    if (next === null) return
    event.preventDefault()
    choose(next)
  }
  const rows = Array.from({ length: to - from }, (_, i) => from + i)
  return (
    <div ref={ref} className={styles.tableBox}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label="Recordings"
        aria-rowcount={total + 1}
        aria-activedescendant={rows.includes(cursor) ? `${name}-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      >
        <div className={`${styles.row} ${styles.head}`} role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <span
              key={column.sort}
              role="columnheader"
              data-number={column.number || undefined} data-optional={column.optional || undefined}
              aria-sort={sort === column.sort ? (descending ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" onClick={() => onSort(column.sort)}>
                {column.title}
                {sort === column.sort && (descending ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
              </button>
            </span>
          ))}
        </div>
        <div className={styles.rows} style={{ height: total * rowHeight }}>
          {rows.map((index) => {
            const row = pages.row(index)
            return (
              <div
                key={index}
                id={`${name}-${index}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={row !== undefined && row.id === selected}
                data-cursor={index === cursor || undefined}
                data-gone={row?.missing || undefined}
                className={styles.row}
                style={{ top: index * rowHeight }}
                onClick={() => choose(index)}
                onDoubleClick={() => open(index)}
                title={row?.path}
              >
                {row &&
                  columns.map((column) => (
                    <span key={column.sort} role="gridcell" data-number={column.number || undefined} data-optional={column.optional || undefined}>
                      {column.cell(row)}
                    </span>
                  ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

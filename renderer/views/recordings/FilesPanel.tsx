import { useState, type KeyboardEvent } from 'react'
import { Button, TextInput } from '@mantine/core'
import { IconFolderOpen } from '@tabler/icons-react'
import { useLibrary } from '../../api/library.ts'
import { useCall } from '../../api/use-call.ts'
import { baseName, bytes, folderOf } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { sortEntries } from '../../widgets/FileDialog.tsx'
import { pick } from '../../widgets/picker.ts'
import styles from './recordings.module.css'

interface Row {
  readonly path: string
  readonly note: string
}

function open(path: string): void {
  go({ view: 'recordings', path })
}

function FileList({ title, rows, current }: { readonly title: string; readonly rows: readonly Row[]; readonly current: string | null }) {
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus()
  }
  return (
    <section className={styles.files} aria-label={title}>
      <h2 title={title}>{title}</h2>
      <ul onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <li key={row.path}>
            <button type="button" title={row.path} aria-current={row.path === current ? 'true' : undefined} onClick={() => open(row.path)}>
              <span>{baseName(row.path)}</span>
              <small>{row.note}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Opens recordings: by path, by dialog, from the recent ones and from the folder of the present one. */
export function FilesPanel({ current }: { readonly current: string | null }) {
  const recent = useLibrary((state) => state.recent)
  const [typed, setTyped] = useState('')
  const folder = current === null ? null : folderOf(current)
  const listing = useCall('files.list', folder === null ? null : { path: folder }, true)
  const siblings =
    listing.data === null
      ? []
      : sortEntries(
          listing.data.entries.filter((entry) => entry.kind === 'recording'),
          'recording',
        )
  return (
    <aside className={styles.panel} aria-label="Open recordings">
      <div className={styles.open}>
        <Button
          fullWidth
          variant="default"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() => void pick('recording', folder).then((path) => path !== null && open(path))}
        >
          Open…
        </Button>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (typed.trim() !== '') open(typed.trim())
          }}
        >
          <TextInput
            aria-label="Path of a recording"
            placeholder="or paste a path and press Enter"
            value={typed}
            spellCheck={false}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </form>
      </div>
      <div className={styles.lists}>
        {recent !== null && recent.length > 0 && (
          <FileList
            title="Recent"
            current={current}
            rows={recent.slice(0, folder === null ? 20 : 6).map((path) => ({ path, note: baseName(folderOf(path)) }))}
          />
        )}
        {folder !== null && siblings.length > 0 && (
          <FileList
            title={`In ${baseName(folder)}`}
            current={current}
            rows={siblings.map((entry) => ({ path: entry.path, note: bytes(entry.bytes) }))}
          />
        )}
        {recent !== null && recent.length === 0 && folder === null && <p className={styles.hint}>Recordings you open are listed here.</p>}
      </div>
    </aside>
  )
}

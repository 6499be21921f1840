import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { Modal } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { commandsNow, found, usePalette, type Command } from './palette.ts'
import styles from './palette.module.css'

const close = () => usePalette.setState({ open: false })

function List({ onDone }: { readonly onDone: () => void }) {
  const id = useId()
  const all = useMemo(() => commandsNow(), [])
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const shown = found(all, query)
  const chosen = Math.min(at, shown.length - 1)
  const run = (command: Command | undefined) => {
    if (command === undefined) return
    onDone()
    command.run()
  }
  const move = (step: number) => {
    const next = (chosen + step + shown.length) % Math.max(1, shown.length)
    setAt(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <>
      <label className={styles.field}>
        <IconSearch size={17} stroke={1.6} aria-hidden />
        <input
          data-autofocus
          role="combobox"
          aria-label="Search pages, settings, runs, datasets, recordings and actions"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={shown.length > 0 ? `${id}-${chosen}` : undefined}
          placeholder="Pages, settings, runs, datasets, recordings, actions…"
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') move(1)
            else if (event.key === 'ArrowUp') move(-1)
            else if (event.key === 'Enter') run(shown[chosen])
            else return
            event.preventDefault()
          }}
        />
      </label>
      <ul ref={list} id={id} role="listbox" aria-label="Results" className={styles.list}>
        {shown.map((command, index) => (
          <li
            key={command.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseMove={() => setAt(index)}
            onClick={() => run(command)}
          >
            <span className={styles.title}>{command.title}</span>
            <span className={styles.hint} title={command.text}>
              {command.text ?? command.hint}
            </span>
            <span className={styles.group}>{command.group}</span>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p role="status" className={styles.none}>
          Nothing is called so.
        </p>
      )}
    </>
  )
}

/** Ctrl+K: everything by its name. */
export function Palette() {
  const open = usePalette((state) => state.open)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      const { open: shown } = usePalette.getState()
      // Another dialog is answered first.
      if (shown || document.querySelector('[role="dialog"]') === null) usePalette.setState({ open: !shown })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <Modal opened={open} onClose={close} withCloseButton={false} centered={false} padding={0} size="lg" attributes={{ content: { 'aria-label': 'Command palette' } }}>
      <List onDone={close} />
    </Modal>
  )
}

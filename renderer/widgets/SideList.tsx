import type { KeyboardEvent, ReactNode } from 'react'
import styles from './side.module.css'

export interface SideItem {
  readonly id: string
  readonly title: string
  readonly note: ReactNode
  readonly picture?: ReactNode
  readonly tag?: ReactNode
}

export interface SideListProps {
  readonly label: string
  readonly items: readonly SideItem[]
  readonly current: string | null
  readonly onOpen: (id: string) => void
  /** Above the list: what makes a new entry. */
  readonly actions: ReactNode
  readonly children: ReactNode
}

/** A list on the left and the chosen entry on the right. Arrow keys walk the list. */
export function SideList({ label, items, current, onOpen, actions, children }: SideListProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus()
  }
  return (
    <div className={styles.split}>
      <aside className={styles.aside} aria-label={label}>
        <div className={styles.actions}>{actions}</div>
        <ul className={styles.list} onKeyDown={onKeyDown}>
          {items.map((item) => (
            <li key={item.id}>
              <button
                type="button"
                aria-current={item.id === current ? 'true' : undefined}
                onClick={() => onOpen(item.id)}
                title={item.title}
              >
                {item.picture !== undefined && <span className={styles.picture}>{item.picture}</span>}
                <span className={styles.text}>
                  <b>{item.title}</b>
                  <small>{item.note}</small>
                </span>
                {item.tag}
              </button>
            </li>
          ))}
        </ul>
      </aside>
      <div className={styles.content}>{children}</div>
    </div>
  )
}

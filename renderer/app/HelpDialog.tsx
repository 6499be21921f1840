import { Kbd, Modal } from '@mantine/core'
import { useShortcuts, type Shortcut } from './shortcuts.ts'
import styles from './help.module.css'

const keyTitles: Readonly<Record<string, string>> = {
  space: 'Space',
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  home: 'Home',
  end: 'End',
  escape: 'Esc',
}

function Keys({ shortcut }: { shortcut: Shortcut }) {
  return shortcut.keys.map((key) => (
    <span key={key} className={styles.keys}>
      {(key.startsWith('shift+') ? ['shift', key.slice(6)] : [key]).map((part) => (
        <Kbd key={part} size="xs">
          {keyTitles[part] ?? (part === 'shift' ? 'Shift' : part.toUpperCase())}
        </Kbd>
      ))}
    </span>
  ))
}

/** All shortcuts that work at present. */
export function HelpDialog() {
  const open = useShortcuts((state) => state.helpOpen)
  const active = useShortcuts((state) => state.active)
  const groups = (['Anywhere', 'Playback'] as const).map((name) => ({
    name,
    shortcuts: active.filter((shortcut) => shortcut.group === name),
  }))
  return (
    <Modal opened={open} onClose={() => useShortcuts.setState({ helpOpen: false })} title="Keyboard shortcuts" size="sm">
      {groups
        .filter((group) => group.shortcuts.length > 0)
        .map((group) => (
          <section key={group.name} className={styles.group}>
            <h2>{group.name}</h2>
            <dl>
              {group.shortcuts.map((shortcut) => (
                <div key={shortcut.label}>
                  <dt>{shortcut.label}</dt>
                  <dd>
                    <Keys shortcut={shortcut} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      {active.every((shortcut) => shortcut.group !== 'Playback') && (
        <p className={styles.more}>Open a recording to see the playback keys.</p>
      )}
    </Modal>
  )
}

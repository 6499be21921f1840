import { useEffect } from 'react'
import { create } from 'zustand'

/** One key (KeyboardEvent.key, lower case; "shift+" before it where Shift counts) with its meaning. */
export interface Shortcut {
  readonly keys: readonly string[]
  readonly label: string
  readonly group: 'Anywhere' | 'Playback'
  readonly run: () => void
}

interface ShortcutState {
  readonly active: readonly Shortcut[]
  readonly helpOpen: boolean
}

export const useShortcuts = create<ShortcutState>(() => ({ active: [], helpOpen: false }))

/** What we need of a key press; a KeyboardEvent is one. */
export interface KeyPress {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/** How shortcuts name a key press; null for combinations with Ctrl, Cmd or Alt, which belong to the system. */
export function keyName(press: KeyPress): string | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null
  const key = press.key === ' ' ? 'space' : press.key.toLowerCase()
  // "?" already is a shifted key; for arrows and letters Shift is a second meaning.
  return press.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? `shift+${key}` : key
}

/** Keys that a focused control uses itself. */
const ownKeys: Readonly<Record<string, readonly string[]>> = {
  button: ['space', 'enter'],
  slider: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'home', 'end'],
  tab: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'space', 'home', 'end'],
  radio: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'space'],
  checkbox: ['space'],
  option: ['space', 'arrowup', 'arrowdown', 'arrowleft', 'arrowright', 'home', 'end'],
}

/** Whether the focused control (its tag, type and role) wants this key for itself. */
export function controlTakes(key: string, control: { tag: string; type: string; role: string | null }): boolean {
  const { tag, type, role } = control
  if (tag === 'textarea' || tag === 'select') return true
  if (tag === 'input' && !['checkbox', 'radio', 'button', 'range'].includes(type)) return true
  const kind = role ?? (tag === 'button' || tag === 'a' ? 'button' : tag === 'input' ? (type === 'range' ? 'slider' : type) : '')
  return (ownKeys[kind] ?? []).includes(key)
}

function onKey(event: KeyboardEvent): void {
  const key = keyName(event)
  if (key === null || event.defaultPrevented) return
  // A dialog or menu keeps its keys; only the help may be closed by its own key.
  if (document.querySelector('[role="dialog"], [role="menu"]') !== null && key !== '?') return
  const target = event.target instanceof HTMLElement ? event.target : null
  if (
    target &&
    controlTakes(key, { tag: target.tagName.toLowerCase(), type: target.getAttribute('type') ?? 'text', role: target.getAttribute('role') })
  )
    return
  const shortcut = useShortcuts.getState().active.findLast((candidate) => candidate.keys.includes(key))
  if (!shortcut) return
  event.preventDefault()
  shortcut.run()
}

/** Listens for keys. Returns the function that ends it. */
export function followKeys(): () => void {
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}

/** Offers shortcuts while a component is shown. `shortcuts` must be the same array between renders (module constant or useMemo). */
export function useShortcutSet(shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    useShortcuts.setState((state) => ({ active: [...state.active, ...shortcuts] }))
    return () => useShortcuts.setState((state) => ({ active: state.active.filter((other) => !shortcuts.includes(other)) }))
  }, [shortcuts])
}

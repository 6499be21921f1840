import { goToView, viewNames } from './route.ts'
import { useShortcuts, useShortcutSet, type Shortcut } from './shortcuts.ts'

const titles = { recordings: 'Recordings', datasets: 'Datasets', training: 'Training', models: 'Models', library: 'Library', settings: 'Settings' }

const everywhere: readonly Shortcut[] = [
  ...viewNames.map((view, index): Shortcut => ({
    keys: [String(index + 1)],
    label: titles[view],
    group: 'Anywhere',
    run: () => goToView(view),
  })),
  { keys: [','], label: titles.settings, group: 'Anywhere', run: () => goToView('settings') },
  { keys: ['?'], label: 'This list', group: 'Anywhere', run: () => useShortcuts.setState((state) => ({ helpOpen: !state.helpOpen })) },
]

/** Shortcuts that work in every view. */
export function useShellShortcuts(): void {
  useShortcutSet(everywhere)
}

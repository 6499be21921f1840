import { create } from 'zustand'
import { useLibrary } from '../api/library.ts'
import { useSettings, changeSettings } from '../api/settings.ts'
import { goToHelp, placeOf, type Newest } from '../help/places.ts'
import { helpKeys, helpTexts, type HelpKey } from '../help/registry.ts'
import { pick } from '../widgets/picker.ts'
import { saveDiagnostics } from '../views/settings/diagnostics.ts'
import { baseName } from './format.ts'
import { openInWindow } from './windows.ts'
import { go, useRoute, type Route } from './route.ts'
import { useShortcuts } from './shortcuts.ts'
import { createStarterProject } from './starter.ts'

/** Something the palette leads to or does. */
export interface Command {
  readonly id: string
  readonly group: 'Page' | 'Action' | 'Run' | 'Experiment' | 'Dataset' | 'Model' | 'Recording' | 'Setting' | 'Chart'
  readonly title: string
  /** Shown beside it, and found too, for less: a path, a method. */
  readonly hint: string
  /** What it does, beside it: of settings and charts. */
  readonly text?: string
  readonly run: () => void
}

export const usePalette = create<{ readonly open: boolean }>(() => ({ open: false }))

/**
 * How well a text answers a query; null where it does not: the query's letters must come in order. Letters in a row and at the
 * beginning of words count most, long texts a little less.
 */
export function score(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '')
  const given = text.toLowerCase()
  let at = -1
  let total = 0
  for (const letter of wanted) {
    const next = given.indexOf(letter, at + 1)
    if (next < 0) return null
    // A later place is better where it begins a word, and the rest can still be found behind it.
    const start = wordStart(given, letter, at + 1)
    const found = next === at + 1 || start < 0 || !isSubsequence(wanted, given, start) ? next : start
    total += found === at + 1 ? 3 : isStart(given, found) ? 2 : 0.5
    at = found
  }
  return total - given.length / 200
}

const isStart = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ')

function wordStart(text: string, letter: string, from: number): number {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) if (isStart(text, at)) return at
  return -1
}

/** Whether what follows the letter at `at` still holds all letters that follow it in the query, whichever of them it is. */
function isSubsequence(wanted: string, text: string, at: number): boolean {
  let place = at
  for (const letter of wanted.slice(wanted.indexOf(text[at] ?? '') + 1)) {
    place = text.indexOf(letter, place + 1)
    if (place < 0) return false
  }
  return true
}

/** The commands that answer a query, the best first; all in their order where there is none. */
export function found(commands: readonly Command[], query: string, most = 50): Command[] {
  if (query.trim() === '') return commands.slice(0, most)
  return commands
    .flatMap((command) => {
      const title = score(query, command.title)
      const whole = score(query, `${command.group} ${command.title} ${command.hint}`)
      // Of equals it is what can be reached that is meant, before what explains it.
      const best = Math.max(title === null ? -Infinity : title + 2, whole ?? -Infinity) - (explains(command) ? 1 : 0)
      return best === -Infinity ? [] : [{ command, best }]
    })
    .sort((a, b) => b.best - a.best)
    .slice(0, most)
    .map(({ command }) => command)
}

const explains = ({ group }: Command): boolean => group === 'Setting' || group === 'Chart'

const pages: readonly (readonly [title: string, route: Route])[] = [
  ['Recordings', { view: 'recordings', path: null }],
  ['Datasets', { view: 'datasets', page: 'list' }],
  ['Import a folder', { view: 'datasets', page: 'import', folder: null }],
  ['Training', { view: 'training', page: 'list' }],
  ['New run', { view: 'training', page: 'new', dataset: null }],
  ['Recipes', { view: 'training', page: 'recipes', id: null }],
  ['Devices', { view: 'training', page: 'devices' }],
  ['Models', { view: 'models', page: 'list' }],
  ['Library', { view: 'library', page: 'list' }],
  ['Settings', { view: 'settings', page: 'list' }],
  ['Log', { view: 'settings', page: 'log' }],
]

/** Settings and charts, found by their name, their key, their words and their equation. */
function explanations(newest: Newest): Command[] {
  const one = (key: HelpKey): Command => {
    const { title, text, source } = helpTexts[key]
    const chart = key.startsWith('chart.') || key.startsWith('analysis.')
    const hint = [key.slice(key.indexOf('.') + 1), source].filter((part) => part !== undefined).join(' · ')
    return { id: `Help ${key}`, group: chart ? 'Chart' : 'Setting', title, hint, text: `${text} ${placeOf(key).words}.`, run: () => goToHelp(key, newest, go) }
  }
  return helpKeys.map(one)
}

/** Everything that can be reached at present. */
export function commandsNow(): Command[] {
  const { datasets, runs, models, experiments, recent } = useLibrary.getState()
  const to = (group: Command['group'], id: string, title: string, hint: string, route: Route): Command => ({ id: `${group} ${id}`, group, title, hint, run: () => go(route) })
  const action = (title: string, hint: string, run: () => void): Command => ({ id: `Action ${title}`, group: 'Action', title, hint, run })
  const theme = useSettings.getState().report?.settings.theme === 'dark' ? 'light' : 'dark'
  return [
    ...pages.map(([title, route]) => to('Page', title, title, '', route)),
    action('Open a recording…', 'choose a file', () => void pick('recording').then((path) => path !== null && go({ view: 'recordings', path }))),
    action('Open this page in its own window', '', () => openInWindow(useRoute.getState().route)),
    action(`Use the ${theme} theme`, '', () => void changeSettings({ theme })),
    action('Create the starter project', 'recordings, dataset, network, export', () => void createStarterProject()),
    action('Save diagnostics…', 'a zip for a report', () => void saveDiagnostics()),
    action('Keyboard shortcuts', '', () => useShortcuts.setState({ helpOpen: true })),
    ...(runs ?? []).map((run) => to('Run', run.id, run.config.name, `${run.config.method.name.toUpperCase()} ${run.state}`, { view: 'training', page: 'run', id: run.id })),
    ...(experiments ?? []).map(({ id, name }) => to('Experiment', id, name, '', { view: 'training', page: 'experiment', id })),
    ...(datasets ?? []).map(({ id, name, classes }) => to('Dataset', id, name, `${classes.length} classes`, { view: 'datasets', page: 'dataset', id })),
    ...(models ?? []).map(({ id, name }) => to('Model', id, name, '', { view: 'models', page: 'model', id })),
    ...(recent ?? []).map((path) => to('Recording', path, baseName(path), path, { view: 'recordings', path })),
    ...explanations({ run: runs?.find(({ epochsDone }) => epochsDone > 0)?.id ?? null, model: models?.[0]?.id ?? null, dataset: datasets?.[0]?.id ?? null, recording: recent?.[0] ?? null }),
  ]
}

/** Where a setting or chart stands, and the way there: for the palette. */
import { formatRoute, type Route } from '../app/route.ts'
import { notify } from '../api/notices.ts'
import { helpTexts, type HelpKey } from './registry.ts'
import { showHelp } from './state.ts'

/** What the library has at present that a page can be of: the newest of each; null where there is none. */
export interface Newest {
  readonly run: string | null
  readonly model: string | null
  readonly dataset: string | null
  readonly recording: string | null
}

interface Place {
  /** Said where the page is not there yet, and beside the palette's entry. */
  readonly words: string
  readonly route: (newest: Newest, key: HelpKey) => Route | null
}

const run =
  (page: (id: string) => Route) =>
  ({ run: id }: Newest) =>
    id === null ? null : page(id)
const model =
  (page: 'model' | 'live') =>
  ({ model: id }: Newest): Route | null =>
    id === null ? null : { view: 'models', page, id }
const to = (route: Route) => () => route

const newRun: Place = { words: 'New run', route: to({ view: 'training', page: 'new', dataset: null }) }
const importing: Place = { words: 'Import a folder', route: to({ view: 'datasets', page: 'import', folder: null }) }
const aRun: Place = { words: 'Run', route: run((id) => ({ view: 'training', page: 'run', id })) }
const aModel: Place = { words: 'Model', route: model('model') }
const live: Place = { words: 'Live', route: model('live') }
const compare: Place = { words: 'Compare models', route: to({ view: 'models', page: 'compare', ids: [] }) }
const models: Place = { words: 'Models', route: to({ view: 'models', page: 'list' }) }
const library: Place = { words: 'Library', route: to({ view: 'library', page: 'list' }) }
const settings: Place = { words: 'Settings', route: to({ view: 'settings', page: 'list' }) }
const recipes: Place = { words: 'Recipes', route: to({ view: 'training', page: 'recipes', id: null }) }
const recording: Place = { words: 'Recordings', route: ({ recording: path }) => ({ view: 'recordings', path }) }
const analysis = (kind: string): Place => ({ words: 'Analysis', route: run((id) => ({ view: 'training', page: 'analysis', id, kind })) })

/** The analysis whose form has an option; those of every form stand in the first. */
const optionsOf: Readonly<Record<string, string>> = {
  epochs: 'centroid',
  loss: 'landscape',
  grid: 'landscape',
  span: 'landscape',
  samples: 'landscape',
  iterations: 'sharpness',
  probes: 'sharpness',
  radius: 'sharpness',
  timesteps: 'time',
  ofSplit: 'firing',
  saturatedAt: 'firing',
  scale: 'scaling',
  nearZero: 'weights',
}
const charts: Readonly<Record<string, Place>> = {
  stage: recording,
  region: recording,
  frames: recording,
  rate: library,
  loss: aRun,
  accuracy: aRun,
  timesteps: aRun,
  firing: aRun,
  confusion: aRun,
  classes: { words: 'Dataset', route: ({ dataset: id }) => (id === null ? null : { view: 'datasets', page: 'dataset', id }) },
  events: library,
  experiment: { words: 'Experiment', route: to({ view: 'training', page: 'list' }) },
  compared: { words: 'Training', route: to({ view: 'training', page: 'list' }) },
  recipe: recipes,
  logits: aModel,
  probable: live,
  graph: aModel,
  speed: aModel,
  proof: aModel,
  timeline: live,
  latency: live,
  raster: analysis('activity'),
  maps: analysis('activity'),
  heat: analysis('activity'),
}
const groups: Readonly<Record<string, Place>> = {
  training: newRun,
  method: newRun,
  network: newRun,
  neuron: newRun,
  optimizer: newRun,
  augmentation: newRun,
  sweep: newRun,
  framing: recording,
  filter: recording,
  dataset: importing,
  foreign: models,
  energy: analysis('energy'),
  activity: analysis('activity'),
  export: models,
  live,
  compare,
  setting: settings,
  recipe: recipes,
  watch: library,
}

/** Where an explanation's field or chart stands. */
export function placeOf(key: HelpKey): Place {
  const [group = '', name = ''] = key.split('.')
  const place =
    group === 'chart'
      ? charts[name]
      : group === 'option'
        ? analysis(optionsOf[name] ?? 'fisher')
        : group === 'analysis'
          ? analysis(name)
          : groups[group]
  if (place === undefined) throw new Error(`renderer/help/places.ts: ${key} stands nowhere; give its group a place.`)
  return place
}

/** How long a page may take to show a field, ms. */
const within = 4000

/** The element of a setting or chart on the page, within its folded part opened; null where it is not there. */
function shownOnPage(key: HelpKey): HTMLElement | null {
  const element = document.querySelector<HTMLElement>(`main [data-help="${key}"]`)
  for (let folded = element?.closest('details:not([open])'); folded; folded = folded.parentElement?.closest('details:not([open])'))
    folded.setAttribute('open', '')
  return element
}

/** Leads to a setting or chart, puts the focus on it and explains it; where the page does not show it at present, says so with the explanation. */
export function goToHelp(key: HelpKey, newest: Newest, go: (route: Route) => void): void {
  const place = placeOf(key)
  const route = place.route(newest, key)
  if (route !== null && formatRoute(route) !== window.location.hash) go(route)
  const since = performance.now()
  const look = () => {
    // The palette gives the focus back as it closes.
    const busy = document.querySelector('[role="dialog"]') !== null
    const element = route === null || busy ? null : shownOnPage(key)
    const tip = element?.querySelector<HTMLElement>(`button[data-tip="${key}"]`) ?? null
    const field = element?.querySelector<HTMLElement>('input, select, textarea, [role="radio"], button:not([data-tip])') ?? tip
    if (element && field) {
      element.scrollIntoView({ block: 'center' })
      field.focus({ preventScroll: true })
      // The scrolling it caused would close it again.
      if (tip) requestAnimationFrame(() => requestAnimationFrame(() => showHelp(key, tip, true)))
    } else if (route !== null && performance.now() - since < within) requestAnimationFrame(look)
    else tell(key, place)
  }
  requestAnimationFrame(look)
}

function tell(key: HelpKey, { words }: Place): void {
  const { title, text, equation, source } = helpTexts[key]
  notify({
    tone: 'info',
    title,
    message: [
      text,
      equation,
      source,
      `It stands on the page ${words}, once there is something to show or the choice it belongs to is made.`,
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  })
}

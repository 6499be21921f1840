import { create } from 'zustand'

/** What the window shows. It stands in the address (#/training/ID), so that back, forward and reload work. */
export type Route =
  | {
      readonly view: 'recordings'
      readonly path: string | null
      /** A stretch of it, µs as stored: between the marks once it is open. */
      readonly cut?: readonly [number, number]
    }
  | { readonly view: 'datasets'; readonly page: 'list' }
  | { readonly view: 'datasets'; readonly page: 'import'; readonly folder: string | null }
  | { readonly view: 'datasets'; readonly page: 'dataset'; readonly id: string }
  | { readonly view: 'training'; readonly page: 'list' }
  | { readonly view: 'training'; readonly page: 'devices' }
  | { readonly view: 'training'; readonly page: 'recipes'; readonly id: string | null }
  | { readonly view: 'training'; readonly page: 'new'; readonly dataset: string | null }
  | { readonly view: 'training'; readonly page: 'run'; readonly id: string }
  | { readonly view: 'training'; readonly page: 'experiment'; readonly id: string }
  | { readonly view: 'training'; readonly page: 'analysis'; readonly id: string; readonly kind: string }
  | { readonly view: 'models'; readonly page: 'list' }
  | { readonly view: 'models'; readonly page: 'model' | 'live'; readonly id: string }
  | { readonly view: 'models'; readonly page: 'compare'; readonly ids: readonly string[] }
  | { readonly view: 'library'; readonly page: 'list' }
  | { readonly view: 'settings'; readonly page: 'list' | 'log' }

export type ViewName = Route['view']
/** Those in the navigation's list; settings stand apart. */
export const viewNames: readonly ViewName[] = ['recordings', 'datasets', 'training', 'models', 'library']

/** The address of a route, with its leading "#". */
export function formatRoute(route: Route): string {
  const address = (...parts: (string | null)[]) =>
    `#/${parts
      .filter((part) => part !== null)
      .map(encodeURIComponent)
      .join('/')}`
  switch (route.view) {
    case 'recordings':
      return address('recordings', route.path, route.path !== null && route.cut ? route.cut.join('-') : null)
    case 'datasets':
      if (route.page === 'dataset') return address('datasets', 'id', route.id)
      return route.page === 'import' ? address('datasets', 'import', route.folder) : address('datasets')
    case 'training':
      if (route.page === 'run') return address('training', 'run', route.id)
      if (route.page === 'experiment') return address('training', 'experiment', route.id)
      if (route.page === 'analysis') return address('training', 'analysis', route.id, route.kind)
      if (route.page === 'devices') return address('training', 'devices')
      if (route.page === 'recipes') return address('training', 'recipes', route.id)
      return route.page === 'new' ? address('training', 'new', route.dataset) : address('training')
    case 'models':
      if (route.page === 'live') return address('models', 'live', route.id)
      if (route.page === 'compare') return address('models', 'compare', ...route.ids)
      return route.page === 'model' ? address('models', 'id', route.id) : address('models')
    case 'library':
      return address('library')
    case 'settings':
      return route.page === 'log' ? address('settings', 'log') : address('settings')
  }
}

/** The route of an address; recordings for what is none. */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/').map(decode)
  const [view, second, third, fourth] = parts
  if (view === 'datasets') {
    if (second === 'id' && third) return { view, page: 'dataset', id: third }
    return second === 'import' ? { view, page: 'import', folder: third || null } : { view, page: 'list' }
  }
  if (view === 'training') {
    if (second === 'run' && third) return { view, page: 'run', id: third }
    if (second === 'experiment' && third) return { view, page: 'experiment', id: third }
    if (second === 'analysis' && third && fourth) return { view, page: 'analysis', id: third, kind: fourth }
    if (second === 'devices') return { view, page: 'devices' }
    if (second === 'recipes') return { view, page: 'recipes', id: third || null }
    return second === 'new' ? { view, page: 'new', dataset: third || null } : { view, page: 'list' }
  }
  if (view === 'models') {
    if (second === 'live' && third) return { view, page: 'live', id: third }
    if (second === 'compare') return { view, page: 'compare', ids: parts.slice(2).filter((id) => id !== '') }
    return second === 'id' && third ? { view, page: 'model', id: third } : { view, page: 'list' }
  }
  if (view === 'library') return { view, page: 'list' }
  if (view === 'settings') return { view, page: second === 'log' ? 'log' : 'list' }
  const path = (view === 'recordings' && second) || null
  const [, from, to] = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec((path !== null && third) || '') ?? []
  return from === undefined || to === undefined ? { view: 'recordings', path } : { view: 'recordings', path, cut: [Number(from), Number(to)] }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

interface RouteState {
  readonly route: Route
  /** The last place in each view: the navigation leads back to it. */
  readonly last: Readonly<Partial<Record<ViewName, Route>>>
}

export const useRoute = create<RouteState>(() => ({ route: parseRoute(''), last: {} }))

/** Shows a place in the window and adds it to the history. */
export function go(route: Route): void {
  const hash = formatRoute(route)
  if (hash === window.location.hash) return
  window.location.hash = hash
}

/** Shows a view where it was left; from within the view, its first page. */
export function goToView(view: ViewName): void {
  const { route, last } = useRoute.getState()
  go(route.view !== view && last[view] ? last[view] : parseRoute(`#/${view}`))
}

/** Follows the window's address. Returns the function that ends it. */
export function followAddress(): () => void {
  const read = () => {
    const route = parseRoute(window.location.hash)
    useRoute.setState((state) => ({ route, last: { ...state.last, [route.view]: route } }))
  }
  window.addEventListener('hashchange', read)
  read()
  return () => window.removeEventListener('hashchange', read)
}

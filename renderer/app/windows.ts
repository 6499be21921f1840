import { attempt } from '../api/workbench.ts'
import { formatRoute, type Route } from './route.ts'

/** Opens a place in a window of its own; in a browser in another tab, which inherits this one's token. */
export function openInWindow(route: Route): void {
  const place = formatRoute(route)
  if (window.saccade) void attempt('windows.open', { place }, 'The window could not be opened')
  else window.open(`${window.location.pathname}${place}`, '_blank')
}

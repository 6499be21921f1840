import { workbench } from '../api/workbench.ts'
import { pick } from '../widgets/picker.ts'
import { saveDiagnostics } from '../views/settings/diagnostics.ts'
import { usePalette } from './palette.ts'
import { useRemoteDialog } from './RemoteDialog.tsx'
import { go } from './route.ts'
import { useShortcuts } from './shortcuts.ts'

const commands = {
  palette: () => usePalette.setState({ open: true }),
  shortcuts: () => useShortcuts.setState({ helpOpen: true }),
  diagnostics: () => void saveDiagnostics(),
  open: () => void pick('recording').then((path) => path !== null && go({ view: 'recordings', path })),
  remote: () => useRemoteDialog.setState({ open: true }),
}

/** Does what the desktop's menu asks of this window. Returns the function that ends it. */
export function followDesktop(): () => void {
  const stops = [
    workbench().on('window.go', ({ place }) => {
      window.location.hash = place
    }),
    workbench().on('window.command', ({ command }) => commands[command]()),
  ]
  return () => stops.forEach((stop) => stop())
}

import { workbench } from '../api/workbench.ts'
import { saveDiagnostics } from '../views/settings/diagnostics.ts'
import { usePalette } from './palette.ts'
import { useRemoteDialog } from './RemoteDialog.tsx'
import { useShortcuts } from './shortcuts.ts'

const commands = {
  palette: () => usePalette.setState({ open: true }),
  shortcuts: () => useShortcuts.setState({ helpOpen: true }),
  diagnostics: () => void saveDiagnostics(),
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

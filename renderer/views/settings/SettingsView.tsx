import { useRoute } from '../../app/route.ts'
import { LogPage } from './LogPage.tsx'
import { SettingsPage } from './SettingsPage.tsx'

export default function SettingsView() {
  const page = useRoute(({ route }) => (route.view === 'settings' ? route.page : 'list'))
  return page === 'log' ? <LogPage /> : <SettingsPage />
}

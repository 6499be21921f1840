import { IconBooks, IconBrain, IconDatabase, IconPackageExport, IconPlayerPlay, IconSettings } from '@tabler/icons-react'
import { Tooltip } from '@mantine/core'
import mark from './mark.svg'
import { goToView, useRoute, viewNames, type ViewName } from './route.ts'
import styles from './shell.module.css'

const looks: Record<ViewName, { title: string; Icon: typeof IconBrain }> = {
  recordings: { title: 'Recordings', Icon: IconPlayerPlay },
  datasets: { title: 'Datasets', Icon: IconDatabase },
  training: { title: 'Training', Icon: IconBrain },
  models: { title: 'Models', Icon: IconPackageExport },
  library: { title: 'Library', Icon: IconBooks },
  settings: { title: 'Settings', Icon: IconSettings },
}

function Link({ view, shortcut }: { readonly view: ViewName; readonly shortcut: string }) {
  const current = useRoute((state) => state.route.view)
  const { title, Icon } = looks[view]
  return (
    <Tooltip label={`${title} (${shortcut})`} position="right" openDelay={700}>
      <button type="button" className={styles.link} aria-current={current === view ? 'page' : undefined} onClick={() => goToView(view)}>
        <Icon size={20} stroke={1.6} aria-hidden />
        {title}
      </button>
    </Tooltip>
  )
}

/** The views, on the left. */
export function Navigation() {
  return (
    <nav className={styles.nav} aria-label="Views">
      <div className={styles.mark}>
        <img src={mark} alt="Saccade" />
      </div>
      {viewNames.map((view, index) => (
        <Link key={view} view={view} shortcut={String(index + 1)} />
      ))}
      <span className={styles.grow} />
      <Link view="settings" shortcut="," />
    </nav>
  )
}

import { IconBooks, IconBrain, IconDatabase, IconPackageExport, IconPlayerPlay } from '@tabler/icons-react'
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
}

/** The views, on the left. */
export function Navigation() {
  const current = useRoute((state) => state.route.view)
  return (
    <nav className={styles.nav} aria-label="Views">
      <div className={styles.mark}>
        <img src={mark} alt="Saccade" />
      </div>
      {viewNames.map((view, index) => {
        const { title, Icon } = looks[view]
        return (
          <Tooltip key={view} label={`${title} (${index + 1})`} position="right" openDelay={700}>
            <button
              type="button"
              className={styles.link}
              aria-current={current === view ? 'page' : undefined}
              onClick={() => goToView(view)}
            >
              <Icon size={20} stroke={1.6} aria-hidden />
              {title}
            </button>
          </Tooltip>
        )
      })}
    </nav>
  )
}

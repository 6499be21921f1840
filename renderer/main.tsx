import '@mantine/core/styles.css'
import 'uplot/dist/uPlot.min.css'
import './app/tokens.css'
import { createRoot } from 'react-dom/client'
import { z } from 'zod'
import { connect, isConnected } from './api/workbench.ts'
import { followJobs } from './api/jobs.ts'
import { followLibrary } from './api/library.ts'
import { followRemote } from './api/remote.ts'
import { followRuns } from './api/runs.ts'
import { followSettings } from './api/settings.ts'
import { App } from './app/App.tsx'
import { followDesktop } from './app/desktop.ts'
import { followFaults } from './app/faults.ts'
import { repairLanguage } from './app/language.ts'
import { followAddress } from './app/route.ts'
import { followKeys } from './app/shortcuts.ts'

// The page's policy forbids eval; without this zod tries it and the browser reports a violation.
z.config({ jitless: true })

repairLanguage()
connect()
followAddress()
followKeys()
followFaults()
if (isConnected()) {
  followRemote()
  followJobs()
  followLibrary()
  followRuns()
  followSettings()
  followDesktop()
}

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)

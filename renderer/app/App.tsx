import { MantineProvider } from '@mantine/core'
import { Shell } from './Shell.tsx'
import { theme } from './theme.ts'

/** The whole window. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Shell />
    </MantineProvider>
  )
}

import { useEffect } from 'react'
import { MantineProvider, useMantineColorScheme } from '@mantine/core'
import { useSettings } from '../api/settings.ts'
import { Shell } from './Shell.tsx'
import { theme } from './theme.ts'

/** Follows the setting; until it is read, the window has the theme it had last. */
function ThemeSetting() {
  const theme = useSettings(({ report }) => report?.settings.theme)
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme)
  }, [theme, setColorScheme])
  return null
}

/** The whole window. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <ThemeSetting />
      <Shell />
    </MantineProvider>
  )
}

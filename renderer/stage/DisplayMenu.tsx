import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconCheck, IconPalette } from '@tabler/icons-react'
import { useStore } from 'zustand'
import type { DisplayMode } from './accumulate.ts'
import { paletteNames, palettes } from './palettes.ts'
import type { Player } from './player.ts'

const modes: readonly (readonly [DisplayMode, string])[] = [
  ['count', 'Events per pixel'],
  ['recency', 'Fading evenly with age'],
  ['decay', 'Fading exponentially (time surface)'],
]

/** Polarity colours and what makes a pixel bright. */
export function DisplayMenu({ player }: { readonly player: Player }) {
  const paletteName = useStore(player.store, (state) => state.paletteName)
  const mode = useStore(player.store, (state) => state.mode)
  const check = (on: boolean) => (on ? <IconCheck size={14} /> : <span style={{ width: 14 }} />)
  return (
    <Menu position="top-end">
      <Menu.Target>
        <Tooltip label="Polarity colours and display">
          <ActionIcon aria-label="Polarity colours and display">
            <IconPalette size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Polarity colours, all safe for colour-blind eyes</Menu.Label>
        {paletteNames.map((name) => (
          <Menu.Item key={name} leftSection={check(name === paletteName)} onClick={() => player.set({ paletteName: name })}>
            {name === 'auto' ? 'As the window’s theme' : palettes[name].title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>Brightness</Menu.Label>
        {modes.map(([name, title]) => (
          <Menu.Item key={name} leftSection={check(name === mode)} onClick={() => player.set({ mode: name })}>
            {title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

import type { ReactNode } from 'react'
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useStore } from 'zustand'
import { timecode } from '../app/format.ts'
import type { Player } from './player.ts'

/** Sets and clears the IN and OUT marks. */
export function MarksMenu({ player, icon }: { readonly player: Player; readonly icon: ReactNode }) {
  const markIn = useStore(player.store, (state) => state.markIn)
  const markOut = useStore(player.store, (state) => state.markOut)
  const duration = useStore(player.store, (state) => state.duration)
  const here = () => player.store.getState().time
  const marked = markIn !== null || markOut !== null
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Tooltip label="IN and OUT marks (I, O)">
          <ActionIcon aria-label="IN and OUT marks" variant={marked ? 'light' : 'subtle'} color={marked ? 'iris' : 'gray'}>
            {icon}
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {marked
            ? `${timecode(markIn ?? 0, duration)} to ${timecode(markOut ?? duration, duration)} is played`
            : 'The whole recording is played'}
        </Menu.Label>
        <Menu.Item onClick={() => player.mark('in', here())}>Set IN here</Menu.Item>
        <Menu.Item onClick={() => player.mark('out', here())}>Set OUT here</Menu.Item>
        <Menu.Item
          disabled={!marked}
          onClick={() => {
            player.mark('in', null)
            player.mark('out', null)
          }}
        >
          Clear both
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

import { ActionIcon, Menu, Slider, Tooltip } from '@mantine/core'
import {
  IconChevronLeft,
  IconChevronRight,
  IconPalette,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRepeat,
  IconCheck,
} from '@tabler/icons-react'
import { useStore } from 'zustand'
import { duration as span, timecode } from '../app/format.ts'
import { paletteNames, palettes } from './palettes.ts'
import { accumulations, nearest, speeds } from './playback.ts'
import type { Player } from './player.ts'
import styles from './stage.module.css'

/** Speed for people: 0.05 -> "1/20×". */
export function speedLabel(speed: number): string {
  return speed < 1 ? `1/${Math.round(1 / speed)}×` : `${speed}×`
}

/** A slider over a list of choices. Its arrow keys go from choice to choice. */
function Choices(props: {
  readonly label: string
  readonly choices: readonly number[]
  readonly value: number
  readonly text: (value: number) => string
  readonly onChange: (value: number) => void
}) {
  const at = props.choices.indexOf(nearest(props.choices, props.value))
  return (
    <div className={styles.control}>
      <span>{props.label}</span>
      <Slider
        className={styles.slider}
        size={3}
        thumbSize={12}
        label={null}
        thumbLabel={props.label}
        thumbProps={{ 'aria-valuetext': props.text(props.value) }}
        min={0}
        max={props.choices.length - 1}
        value={at}
        onChange={(index) => props.onChange(props.choices[index] ?? props.value)}
      />
      <b>{props.text(props.value)}</b>
    </div>
  )
}

function Time({ player }: { readonly player: Player }) {
  const time = useStore(player.store, (state) => state.time)
  const duration = useStore(player.store, (state) => state.duration)
  return (
    <span className={styles.time} data-testid="time">
      {timecode(time, duration)} <small>/ {timecode(duration, duration)}</small>
    </span>
  )
}

function Display({ player }: { readonly player: Player }) {
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
        <Menu.Label>Polarity colours</Menu.Label>
        {paletteNames.map((name) => (
          <Menu.Item key={name} leftSection={check(name === paletteName)} onClick={() => player.set({ paletteName: name })}>
            {name === 'auto' ? 'As the window’s theme' : palettes[name].title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>Brightness</Menu.Label>
        <Menu.Item leftSection={check(mode === 'count')} onClick={() => player.set({ mode: 'count' })}>
          Events per pixel
        </Menu.Item>
        <Menu.Item leftSection={check(mode === 'recency')} onClick={() => player.set({ mode: 'recency' })}>
          The younger the brighter
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Play, step, loop; speed and accumulation time, each on its own; colours. */
export function Transport({ player }: { readonly player: Player }) {
  const playing = useStore(player.store, (state) => state.playing)
  const loop = useStore(player.store, (state) => state.loop)
  const speed = useStore(player.store, (state) => state.speed)
  const accumulation = useStore(player.store, (state) => state.accumulation)
  return (
    <div className={styles.transport} role="group" aria-label="Playback">
      <div className={styles.buttons}>
        <Tooltip label="Step back (←)">
          <ActionIcon aria-label="Step back" onClick={() => player.step(-1)}>
            <IconChevronLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={playing ? 'Pause (Space)' : 'Play (Space)'}>
          <ActionIcon variant="filled" color="iris" size="lg" aria-label={playing ? 'Pause' : 'Play'} onClick={player.toggle}>
            {playing ? <IconPlayerPauseFilled size={17} /> : <IconPlayerPlayFilled size={17} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Step forward (→)">
          <ActionIcon aria-label="Step forward" onClick={() => player.step(1)}>
            <IconChevronRight size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Repeat (L)">
          <ActionIcon
            aria-label="Repeat"
            aria-pressed={loop}
            variant={loop ? 'light' : 'subtle'}
            color={loop ? 'iris' : 'gray'}
            onClick={() => player.set({ loop: !loop })}
          >
            <IconRepeat size={17} />
          </ActionIcon>
        </Tooltip>
        <Time player={player} />
      </div>
      <Choices label="Speed" choices={speeds} value={speed} text={speedLabel} onChange={(value) => player.set({ speed: value })} />
      <Choices
        label="Accumulate"
        choices={accumulations}
        value={accumulation}
        text={span}
        onChange={(value) => player.set({ accumulation: value })}
      />
      <div className={styles.push}>
        <Display player={player} />
      </div>
    </div>
  )
}

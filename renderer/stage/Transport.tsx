import type { ReactNode } from 'react'
import { ActionIcon, SegmentedControl, Slider, Tooltip } from '@mantine/core'
import {
  IconBox,
  IconBracketsContain,
  IconChevronLeft,
  IconChevronRight,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackPrev,
  IconRepeat,
} from '@tabler/icons-react'
import { useStore } from 'zustand'
import { compact, duration as span, timecode } from '../app/format.ts'
import { DisplayMenu } from './DisplayMenu.tsx'
import { MarksMenu } from './MarksMenu.tsx'
import { accumulations, eventCounts, nearest, speeds } from './playback.ts'
import type { Player } from './player.ts'
import { HelpTip } from '../widgets/Help.tsx'
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
  readonly children?: ReactNode
}) {
  const at = props.choices.indexOf(nearest(props.choices, props.value))
  return (
    <div className={styles.control}>
      <span>{props.label}</span>
      {props.children}
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

/** A button that is on or off. */
function Switch(props: {
  readonly label: string
  readonly hint: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly children: ReactNode
}) {
  return (
    <Tooltip label={props.hint}>
      <ActionIcon
        aria-label={props.label}
        aria-pressed={props.on}
        variant={props.on ? 'light' : 'subtle'}
        color={props.on ? 'iris' : 'gray'}
        onClick={() => props.onChange(!props.on)}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  )
}

function Accumulation({ player }: { readonly player: Player }) {
  const by = useStore(player.store, (state) => state.accumulateBy)
  const accumulation = useStore(player.store, (state) => state.accumulation)
  const eventCount = useStore(player.store, (state) => state.eventCount)
  const common = { label: 'Accumulate' }
  const choose = (
    <SegmentedControl
      size="xs"
      aria-label="Accumulate by"
      className={styles.by}
      data={[
        { value: 'time', label: 'time' },
        { value: 'count', label: 'events' },
      ]}
      value={by}
      onChange={(value) => player.set({ accumulateBy: value === 'count' ? 'count' : 'time' })}
    />
  )
  return by === 'time' ? (
    <Choices {...common} choices={accumulations} value={accumulation} text={span} onChange={(value) => player.set({ accumulation: value })}>
      {choose}
    </Choices>
  ) : (
    <Choices {...common} choices={eventCounts} value={eventCount} text={compact} onChange={(value) => player.set({ eventCount: value })}>
      {choose}
    </Choices>
  )
}

/**
 * Play, step, reverse, loop; speed and accumulation, each on its own; marks, view, colours.
 * @param children more buttons, at the end
 */
export function Transport({ player, children }: { readonly player: Player; readonly children?: ReactNode }) {
  const playing = useStore(player.store, (state) => state.playing)
  const loop = useStore(player.store, (state) => state.loop)
  const speed = useStore(player.store, (state) => state.speed)
  const direction = useStore(player.store, (state) => state.direction)
  const view = useStore(player.store, (state) => state.view)
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
        <Switch
          label="Play backwards"
          hint="Play backwards (R)"
          on={direction < 0}
          onChange={(on) => player.set({ direction: on ? -1 : 1 })}
        >
          <IconPlayerTrackPrev size={16} />
        </Switch>
        <Switch label="Repeat" hint="Repeat (L)" on={loop} onChange={(on) => player.set({ loop: on })}>
          <IconRepeat size={17} />
        </Switch>
        <MarksMenu player={player} icon={<IconBracketsContain size={17} stroke={1.6} />} />
        <Time player={player} />
      </div>
      <Choices label="Speed" choices={speeds} value={speed} text={speedLabel} onChange={(value) => player.set({ speed: value })} />
      <Accumulation player={player} />
      <div className={styles.push}>
        <Switch
          label="x-y-t cloud"
          hint="x-y-t cloud (D): drag to turn, wheel to magnify"
          on={view === 'cloud'}
          onChange={(on) => player.set({ view: on ? 'cloud' : 'flat' })}
        >
          <IconBox size={18} stroke={1.6} />
        </Switch>
        <HelpTip of="chart.stage" />
        <DisplayMenu player={player} />
        {children}
      </div>
    </div>
  )
}

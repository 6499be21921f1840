import type { Shortcut } from '../app/shortcuts.ts'
import { accumulations, eventCounts, nearest, speeds } from './playback.ts'
import type { Player, PlayerState } from './player.ts'
import { regionBetween } from './inspect.ts'
import { initialCamera } from './cloud.ts'

/** The choice next to a value in a list. */
export function neighbour(choices: readonly number[], value: number, direction: 1 | -1): number {
  const at = choices.indexOf(nearest(choices, value))
  return choices[Math.max(0, Math.min(choices.length - 1, at + direction))] ?? value
}

const quarter = Math.PI / 36
const modes = ['count', 'recency', 'decay'] as const

/** Turns the cloud; flat, moves the pixel that is looked at (from the middle on). */
export function lookAround(player: Player, dx: number, dy: number): void {
  const { view, pixel } = player.store.getState()
  if (view === 'cloud') return player.orbit(dx * quarter, -dy * quarter)
  const [width, height] = player.sensor
  const from = pixel ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) }
  const { x, y } = regionBetween([from.x + dx, from.y + dy], [from.x + dx, from.y + dy], player.sensor)
  player.set({ pixel: { x, y } })
}

/** The region set around the middle, or taken away. */
export function toggleRegion(player: Player): void {
  const [width, height] = player.sensor
  const middle = regionBetween([width / 4, height / 4], [(3 * width) / 4 - 1, (3 * height) / 4 - 1], player.sensor)
  player.set({ region: player.store.getState().region === null ? middle : null })
}

/** The keys of a player. */
export function playbackShortcuts(player: Player): readonly Shortcut[] {
  const state = (): PlayerState => player.store.getState()
  const group = 'Playback'
  const speed = (direction: 1 | -1) => player.set({ speed: neighbour(speeds, state().speed, direction) })
  const accumulation = (direction: 1 | -1) =>
    player.set(
      state().accumulateBy === 'time'
        ? { accumulation: neighbour(accumulations, state().accumulation, direction) }
        : { eventCount: neighbour(eventCounts, state().eventCount, direction) },
    )
  const clearMarks = () => {
    player.mark('in', null)
    player.mark('out', null)
  }
  return [
    { keys: ['space'], label: 'Play or pause', group, run: player.toggle },
    { keys: ['arrowleft'], label: 'Step back', group, run: () => player.step(-1) },
    { keys: ['arrowright'], label: 'Step forward', group, run: () => player.step(1) },
    { keys: ['r'], label: 'Play backwards or forwards', group, run: () => player.set({ direction: state().direction === 1 ? -1 : 1 }) },
    { keys: ['home'], label: 'To the start', group, run: () => player.seek(0) },
    { keys: ['end'], label: 'To the end', group, run: () => player.seek(state().duration) },
    { keys: ['+', '='], label: 'Faster', group, run: () => speed(1) },
    { keys: ['-'], label: 'Slower', group, run: () => speed(-1) },
    { keys: [']'], label: 'Accumulate longer', group, run: () => accumulation(1) },
    { keys: ['['], label: 'Accumulate shorter', group, run: () => accumulation(-1) },
    {
      keys: ['n'],
      label: 'Accumulate by time or by events',
      group,
      run: () => player.set({ accumulateBy: state().accumulateBy === 'time' ? 'count' : 'time' }),
    },
    { keys: ['l'], label: 'Repeat on or off', group, run: () => player.set({ loop: !state().loop }) },
    { keys: ['i'], label: 'Mark IN', group, run: () => player.mark('in', state().time) },
    { keys: ['o'], label: 'Mark OUT', group, run: () => player.mark('out', state().time) },
    { keys: ['x'], label: 'Clear the marks', group, run: clearMarks },
    {
      keys: ['m'],
      label: 'Counts, even fading, exponential fading',
      group,
      run: () => player.set({ mode: modes[(modes.indexOf(state().mode) + 1) % modes.length] ?? 'count' }),
    },
    {
      keys: ['d'],
      label: 'x-y-t cloud or flat picture',
      group,
      run: () => player.set({ view: state().view === 'flat' ? 'cloud' : 'flat' }),
    },
    { keys: ['shift+arrowleft'], label: 'Cloud: turn left; flat: look at a pixel', group, run: () => lookAround(player, -1, 0) },
    { keys: ['shift+arrowright'], label: 'Turn right, next pixel', group, run: () => lookAround(player, 1, 0) },
    { keys: ['shift+arrowup'], label: 'Turn up, pixel above', group, run: () => lookAround(player, 0, -1) },
    { keys: ['shift+arrowdown'], label: 'Turn down, pixel below', group, run: () => lookAround(player, 0, 1) },
    { keys: ['0'], label: 'Cloud as at first', group, run: () => player.set({ camera: initialCamera }) },
    { keys: ['g'], label: 'Region on or off', group, run: () => toggleRegion(player) },
    { keys: ['escape'], label: 'Region and pixel away', group, run: () => player.set({ region: null, pixel: null }) },
  ]
}

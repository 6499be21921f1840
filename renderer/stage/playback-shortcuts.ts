import type { Shortcut } from '../app/shortcuts.ts'
import { accumulations, nearest, speeds } from './playback.ts'
import type { Player } from './player.ts'

/** The choice next to a value in a list. */
export function neighbour(choices: readonly number[], value: number, direction: 1 | -1): number {
  const at = choices.indexOf(nearest(choices, value))
  return choices[Math.max(0, Math.min(choices.length - 1, at + direction))] ?? value
}

/** The keys of a player. */
export function playbackShortcuts(player: Player): readonly Shortcut[] {
  const state = () => player.store.getState()
  const group = 'Playback'
  const speed = (direction: 1 | -1) => player.set({ speed: neighbour(speeds, state().speed, direction) })
  const accumulation = (direction: 1 | -1) => player.set({ accumulation: neighbour(accumulations, state().accumulation, direction) })
  return [
    { keys: ['space'], label: 'Play or pause', group, run: player.toggle },
    { keys: ['arrowleft'], label: 'Step back', group, run: () => player.step(-1) },
    { keys: ['arrowright'], label: 'Step forward', group, run: () => player.step(1) },
    { keys: ['home'], label: 'To the start', group, run: () => player.seek(0) },
    { keys: ['end'], label: 'To the end', group, run: () => player.seek(state().duration) },
    { keys: ['+', '='], label: 'Faster', group, run: () => speed(1) },
    { keys: ['-'], label: 'Slower', group, run: () => speed(-1) },
    { keys: [']'], label: 'Accumulate longer', group, run: () => accumulation(1) },
    { keys: ['['], label: 'Accumulate shorter', group, run: () => accumulation(-1) },
    { keys: ['l'], label: 'Repeat on or off', group, run: () => player.set({ loop: !state().loop }) },
  ]
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accumulations,
  advance,
  blockAt,
  initialPlayback,
  lengthened,
  marked,
  nearest,
  shownWindow,
  sought,
  speeds,
  stepped,
  toggled,
  type Playback,
} from '../../../renderer/stage/playback.ts'
import { neighbour } from '../../../renderer/stage/playback-shortcuts.ts'
import { speedLabel } from '../../../renderer/stage/Transport.tsx'

const playback = (change: Partial<Playback> = {}): Playback => ({
  ...initialPlayback(1_000_000),
  time: 100_000,
  playing: true,
  speed: 1,
  accumulation: 33_000,
  ...change,
})

describe('playback', () => {
  it('advances by the viewer’s time times the speed, whatever is accumulated', () => {
    expect(advance(playback(), 16).time).toBe(116_000)
    expect(advance(playback({ speed: 0.1 }), 16).time).toBe(101_600)
    expect(advance(playback({ accumulation: 1 }), 16).time).toBe(116_000)
    expect(advance(playback({ playing: false }), 16).time).toBe(100_000)
  })
  it('starts over at the end, or stops there', () => {
    expect(advance(playback({ time: 990_000 }), 16)).toMatchObject({ time: 6000, playing: true })
    expect(advance(playback({ time: 990_000, loop: false }), 16)).toMatchObject({ time: 1_000_000, playing: false })
    expect(toggled(playback({ time: 1_000_000, playing: false }))).toMatchObject({ time: 0, playing: true })
    expect(toggled(playback())).toMatchObject({ time: 100_000, playing: false })
  })
  it('never leaves the recording', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: 0, max: 1e9 }),
        fc.double({ noNaN: true, min: 0, max: 1e4 }),
        fc.boolean(),
        fc.constantFrom(...speeds),
        (time, elapsed, loop, speed) => {
          const next = advance(sought(playback({ loop, speed }), time), elapsed)
          expect(next.time).toBeGreaterThanOrEqual(0)
          expect(next.time).toBeLessThanOrEqual(next.duration)
        },
      ),
    )
  })
  it('steps by one window, so that steps neither overlap nor skip', () => {
    const next = stepped(playback({ time: 66_000 }), 1)
    expect(shownWindow(next).from).toBe(66_000)
    expect(next.playing).toBe(false)
    expect(stepped(playback({ time: 10_000 }), -1).time).toBe(0)
  })
  it('shows the first event with the first window and the last with the last', () => {
    const { from } = shownWindow(playback({ time: 33_000 }))
    expect(from).toBeLessThan(0)
    expect(shownWindow(playback({ time: 1_000_000 })).to).toBe(1_000_000)
    expect(shownWindow(playback({ time: 40_000 })).from).toBe(7000)
  })
  it('begins with a watchable speed and a filled window', () => {
    expect(initialPlayback(310_000)).toMatchObject({ speed: 0.05, playing: false, time: initialPlayback(310_000).accumulation })
    expect(initialPlayback(60e6)).toMatchObject({ speed: 1, accumulation: 33_000 })
    expect(initialPlayback(0)).toMatchObject({ duration: 1, time: 1 })
  })
  it('offers neighbouring choices, with ends', () => {
    expect(nearest(accumulations, 30_000)).toBe(33_000)
    expect(neighbour(speeds, 1, 1)).toBe(2)
    expect(neighbour(speeds, 0.001, -1)).toBe(0.001)
    expect(speedLabel(0.05)).toBe('1/20×')
    expect(speedLabel(2)).toBe('2×')
  })
})

describe('marks', () => {
  it('are what is played, over and over', () => {
    const between = playback({ markIn: 200_000, markOut: 300_000 })
    expect(advance({ ...between, time: 295_000 }, 16).time).toBe(211_000)
    expect(advance({ ...between, time: 295_000, loop: false }, 16)).toMatchObject({ time: 300_000, playing: false })
    expect(toggled({ ...between, time: 300_000, playing: false }).time).toBe(200_000)
  })
  it('do not hold back who goes beyond them', () => {
    const beyond = playback({ markIn: 200_000, markOut: 300_000, time: 500_000 })
    expect(advance(beyond, 16).time).toBe(516_000)
    expect(advance({ ...beyond, time: 990_000 }, 16).time).toBe(206_000)
  })
  it('never cross: the one passed goes', () => {
    const both = marked(marked(playback(), 'in', 200_000), 'out', 300_000)
    expect(both).toMatchObject({ markIn: 200_000, markOut: 300_000 })
    expect(marked(both, 'in', 400_000)).toMatchObject({ markIn: 400_000, markOut: null })
    expect(marked(both, 'out', 100_000)).toMatchObject({ markIn: null, markOut: 100_000 })
    expect(marked(both, 'out', 5e9)).toMatchObject({ markOut: 1_000_000 })
    expect(marked(both, 'in', null).markIn).toBeNull()
  })
})

describe('playing backwards', () => {
  it('goes from OUT to IN, and starts over at OUT', () => {
    const back = playback({ direction: -1, markIn: 200_000, markOut: 300_000 })
    expect(advance({ ...back, time: 250_000 }, 16).time).toBe(234_000)
    expect(advance({ ...back, time: 210_000 }, 16).time).toBe(294_000)
    expect(advance({ ...back, time: 210_000, loop: false }, 16)).toMatchObject({ time: 200_000, playing: false })
    expect(toggled({ ...back, time: 200_000, playing: false }).time).toBe(300_000)
  })
})

describe('a recording that turns out longer', () => {
  it('goes on where it is', () => {
    expect(lengthened(playback({ markOut: 1_000_000 }), 5_000_000)).toMatchObject({
      duration: 5_000_000,
      time: 100_000,
      markOut: 1_000_000,
    })
  })
})

describe('searching in time', () => {
  it('finds the block of a time', () => {
    const blocks = [
      [0, 99],
      [100, 199],
      [250, 400],
    ] as const
    expect([-1, 0, 99, 150, 220, 399, 900].map((time) => blockAt(blocks, time))).toEqual([-1, 0, 0, 1, 1, 2, 2])
    expect(blockAt([], 5)).toBe(-1)
  })
})

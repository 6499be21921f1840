import { describe, expect, it } from 'vitest'
import { percentile, Statistics } from '../../../main/deployment/live/statistics.ts'
import { Windows, type Cut } from '../../../main/deployment/live/windows.ts'
import type { EventBatch } from '../../../main/events/recording.ts'

const at = (...times: number[]): EventBatch => ({
  length: times.length,
  t: Float64Array.from(times),
  x: Uint16Array.from(times, (_, i) => i),
  y: new Uint16Array(times.length),
  p: new Uint8Array(times.length),
})

/** [start, end, times] of windows, or how many were empty. */
const shown = (made: Iterable<Cut>): unknown[] =>
  [...made].map((one) => ('empty' in one ? one.empty : 'over' in one ? 'over' : 'part' in one ? [one.part, one.partEndUs, [...one.events.t]] : [one.startUs, one.endUs, [...one.events.t]]))

describe('windows of a stream', () => {
  it('begin with the first event and end when time has passed, with or without events', () => {
    const windows = new Windows(100, 1000)
    expect(shown(windows.until(70))).toEqual([])
    expect(shown(windows.add(at(50, 60, 149)))).toEqual([])
    expect(shown(windows.add(at(150, 151)))).toEqual([[0, 100, [50, 60, 149]]])
    expect(shown(windows.until(249))).toEqual([])
    expect(shown(windows.until(250))).toEqual([[100, 200, [150, 151]]])
    expect(shown(windows.until(350))).toEqual([1])
    expect(shown(windows.add(at(360)))).toEqual([])
    expect(shown(windows.end(360))).toEqual([])
  })

  it('cross a jump of any length at once', () => {
    const windows = new Windows(10, 1000)
    expect(shown(windows.add(at(0, 2 ** 52)))).toEqual([[0, 10, [0]], Math.floor((2 ** 52 - 10) / 10)])
  })

  it('keep the last one where it is at least half a window, or all there is', () => {
    const half = new Windows(100, 1000)
    expect(shown(half.add(at(0, 100, 150)))).toHaveLength(1)
    expect(shown(half.end(150))).toEqual([[100, 150, [100, 150]]])
    const short = new Windows(100, 1000)
    void shown(short.add(at(0, 100, 149)))
    expect(shown(short.end(149))).toEqual([])
    const only = new Windows(Infinity, 1000)
    expect(shown(only.add(at(7, 8)))).toEqual([])
    expect(shown(only.end(8))).toEqual([[0, 1, [7, 8]]])
  })

  it('take late events, and begin anew where the clock does', () => {
    const windows = new Windows(100, 1000)
    expect(shown(windows.add(at(1000, 1099, 1120, 1050)))).toEqual([[0, 100, [1000, 1099]]])
    expect(shown(windows.add(at(10, 20)))).toEqual([[100, 200, [1120, 1050]]])
    expect(shown(windows.until(110))).toEqual([[0, 100, [10, 20]]])
  })

  it('hold as many events as they may, and count the others', () => {
    const windows = new Windows(100, 3)
    void shown(windows.add(at(0, 1)))
    void shown(windows.add(at(2, 3, 4)))
    void shown(windows.add(at(5)))
    const [window] = windows.until(100)
    expect(window).toMatchObject({ dropped: 3, events: { length: 3, t: Float64Array.of(0, 1, 2) } })
    expect([...windows.add(at(101)), ...windows.until(200)]).toMatchObject([{ dropped: 0 }])
  })
})

describe('windows that overlap, windows in parts', () => {
  it('an event is in every window that covers it; silence is counted hop by hop', () => {
    const windows = new Windows(() => ({ windowUs: 100, hopUs: 40, parts: 1 }), 1000)
    expect(shown(windows.add(at(0, 30, 60, 90, 110, 130, 150)))).toEqual([[0, 100, [0, 30, 60, 90]], [40, 140, [60, 90, 110, 130]]])
    expect(shown(windows.until(180))).toEqual([[80, 180, [90, 110, 130, 150]]])
    expect(shown(windows.until(300))).toEqual([[120, 220, [130, 150]], 2])
    expect(shown(windows.until(380))).toEqual([2])
  })

  it('parts come as they end; silent ones at the beginning wait for the first event', () => {
    const windows = new Windows(() => ({ windowUs: 90, hopUs: 90, parts: 3 }), 1000)
    expect(shown(windows.add(at(5, 20, 35)))).toEqual([[0, 30, [5, 20]]])
    expect(shown(windows.until(94))).toEqual([[1, 60, [35]]])
    expect(shown(windows.until(95))).toEqual([[2, 90, []]])
    expect(shown(windows.until(130))).toEqual([])
    expect(shown(windows.add(at(160)))).toEqual([])
    expect(shown(windows.until(185))).toEqual([[0, 120, []], [1, 150, []], [2, 180, [160]]])
    expect(shown(windows.until(290))).toEqual([1])
    expect(shown(windows.add(at(291, 330)))).toEqual([[0, 300, [291]]])
    expect(shown(windows.end(330))).toEqual([[1, 330, [330]], 'over'])
    expect(shown(windows.end(330))).toEqual([])
  })

  it('another length counts from the next window on', () => {
    let windowUs = 100
    const windows = new Windows(() => ({ windowUs, hopUs: windowUs, parts: 1 }), 1000)
    void shown(windows.add(at(0, 50)))
    windowUs = 30
    expect(shown(windows.add(at(101, 140)))).toEqual([[0, 100, [0, 50]], [100, 130, [101]]])
    expect(shown(windows.until(160))).toEqual([[130, 160, [140]]])
  })
})

describe('statistics', () => {
  it('tell percentiles by nearest rank', () => {
    const sorted = Array.from({ length: 100 }, (_, i) => i + 1)
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([50, 95, 99, 100])
    expect(percentile([7], 0.5)).toBe(7)
  })

  it('keep the latest 4096 latencies', () => {
    const statistics = new Statistics()
    expect(statistics.report()).toMatchObject({ latencyMs: null, meanSteps: null })
    for (let i = 0; i < 5000; i++) statistics.add({ latencyMs: { total: i, waited: 0, frames: 0, network: 0 }, steps: [{ label: 0, confidence: 1 }, { label: 0, confidence: 1 }] })
    const { answered, latencyMs, meanSteps } = statistics.report()
    expect([answered, meanSteps]).toEqual([5000, 2])
    expect(latencyMs).toEqual({ p50: 904 + 2047, p95: 904 + 3891, p99: 904 + 4055, most: 4999 })
  })
})

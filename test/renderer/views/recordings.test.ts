import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventName, EventPayload, WorkbenchApi } from '../../../preload/contract/index.ts'
import { connectTo } from '../../../renderer/api/workbench.ts'
import { conversionOf, exportName, stem } from '../../../renderer/views/recordings/export.ts'
import { loadRecording, type Session } from '../../../renderer/views/recordings/loading.ts'
import { secondShift } from '../../../renderer/views/recordings/session.ts'
import { openBench, temporaryFolder } from '../../support/workbench.ts'

/** A DAT file of events that come 2 µs apart: 8 bytes each, large enough to be read in several parts. */
function largeDat(path: string, events: number): void {
  const header = Buffer.concat([
    Buffer.from('% Data file containing Event2D events.\n% Version 2\n% Width 64\n% Height 48\n'),
    Buffer.of(0x0c, 8),
  ])
  const words = new Uint32Array(events * 2)
  for (let index = 0; index < events; index++) {
    words[index * 2] = index * 2
    words[index * 2 + 1] = (index % 64) | ((index % 48) << 14) | ((index & 1) << 28)
  }
  writeFileSync(path, Buffer.concat([header, Buffer.from(words.buffer)]))
}

describe('opening a recording', () => {
  it('shows it before it is read, then ever more of it, to the end', async () => {
    const folder = temporaryFolder('stage')
    const events = 6_000_000
    const path = join(folder, 'large.dat')
    largeDat(path, events)
    // A fast machine reads all of it in the usual time.
    const bench = openBench(join(folder, 'library'), { firstMs: 1 })
    onTestFinished(() => bench.workbench.close())
    const api: WorkbenchApi = {
      call: (name, input) => bench.workbench.call(name, input),
      on: <K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void) =>
        bench.workbench.onAny((heard, payload) => {
          if ((heard as string) === name) listener(payload as unknown as EventPayload<K>)
        }),
    }
    connectTo(api)
    const shown: Session[] = []
    const stop = loadRecording(path, (session) => shown.push(session))
    const last = () => {
      const session = shown.at(-1)
      return session?.state === 'open' ? session : null
    }
    await expect.poll(() => last()?.facts.complete === true && last()?.rate.durationUs, { timeout: 50_000 }).toBe((events - 1) * 2)
    stop()
    const open = shown.flatMap((session) => (session.state === 'open' ? [session] : []))
    expect(shown[0]).toEqual({ state: 'opening', path })
    expect(open[0]?.facts.complete).toBe(false)
    expect(open[0]?.facts.share).toBeLessThan(1)
    const known = open.map(({ facts }) => facts.events)
    expect(known).toEqual(known.toSorted((a, b) => a - b))
    expect(last()?.facts.events).toBe(events)
    expect(new Set(open.map(({ player }) => player)).size).toBe(1)
    expect(last()?.player.store.getState().duration).toBe((events - 1) * 2)
    expect(last()?.rate.on.reduce((sum, value) => sum + value, 0)).toBe(events / 2)
  })
  it('tells why a file could not be opened', async () => {
    const bench = openBench(join(temporaryFolder('stage'), 'library'))
    onTestFinished(() => bench.workbench.close())
    connectTo({ call: (name, input) => bench.workbench.call(name, input), on: () => () => undefined })
    const shown: Session[] = []
    loadRecording('/nowhere/at all.raw', (session) => shown.push(session))
    await expect.poll(() => shown.at(-1)?.state).toBe('failed')
    expect(shown.at(-1)).toMatchObject({ message: expect.stringContaining('at all.raw') as string })
  })
})

describe('saving a part', () => {
  const marked = { markIn: 500_000.5, markOut: 1_200_000.5, duration: 3_000_000, region: { x: 1, y: 2, width: 3, height: 4 } }
  it('is named after the recording and the part', () => {
    expect(stem('/a.b/c.d.raw')).toBe('/a.b/c.d')
    expect(stem('/a.b/.hidden')).toBe('/a.b/.hidden')
    expect(exportName('/data/pendulum.aedat', marked)).toBe('pendulum 0.5-1.2 s')
    expect(exportName('C:\\data\\pendulum.aedat', { markIn: null, markOut: null, duration: 5 })).toBe('pendulum')
  })
  it('asks for the events between the marks, both included, and of the region where wanted', () => {
    expect(conversionOf('/a.raw', marked, '/b.csv', 'csv', true)).toEqual({
      path: '/a.raw',
      output: '/b.csv',
      format: 'csv',
      from: 500_000,
      to: 1_200_001,
      roi: marked.region,
    })
    expect(conversionOf('/a.raw', { ...marked, markIn: null, markOut: null }, '/b.csv', 'csv', false)).toEqual({
      path: '/a.raw',
      output: '/b.csv',
      format: 'csv',
    })
  })
})

describe('two recordings side by side', () => {
  it('begin together, or keep to one clock', () => {
    const [first, second] = [{ tFirst: 5000 }, { tFirst: 2000 }]
    expect(secondShift(first, second, 'own')).toBe(0)
    expect(secondShift(first, second, 'clock')).toBe(3000)
  })
})

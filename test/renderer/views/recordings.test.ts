import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventName, EventPayload, WorkbenchApi } from '../../../preload/contract/index.ts'
import { connectTo } from '../../../renderer/api/workbench.ts'
import { conversionOf, exportName, stem } from '../../../renderer/views/recordings/export.ts'
import { loadRecording, type Session } from '../../../renderer/views/recordings/loading.ts'
import { secondShift } from '../../../renderer/views/recordings/session.ts'
import { openBench, shapes, temporaryFolder } from '../../support/workbench.ts'

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
    const loading = loadRecording(path, (session) => shown.push(session))
    const last = () => {
      const session = shown.at(-1)
      return session?.state === 'open' ? session : null
    }
    await expect.poll(() => last()?.facts.complete === true && last()?.rate.durationUs, { timeout: 50_000 }).toBe((events - 1) * 2)
    loading.stop()
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

describe('filters on an opened recording', () => {
  const opened = async () => {
    const folder = temporaryFolder('stage')
    await shapes(join(folder, 'shapes'), 1)
    const bench = openBench(join(folder, 'library'))
    onTestFinished(() => bench.workbench.close())
    const asked: string[] = []
    connectTo({
      call: (name, input) => {
        if (name === 'recordings.rate') asked.push(JSON.stringify(input))
        return bench.workbench.call(name, input)
      },
      on: () => () => undefined,
    })
    const path = join(folder, 'shapes/circle/circle-000.bin')
    const shown: Session[] = []
    const loading = loadRecording(path, (session) => shown.push(session))
    onTestFinished(() => loading.stop())
    const open = () => {
      const session = shown.at(-1)
      if (session?.state !== 'open') throw new Error('not open')
      return session
    }
    await expect.poll(() => shown.at(-1)?.state === 'open' && open().rate.on.length).toBe(2048)
    return { bench, path, loading, open, asked }
  }
  const sum = (values: Uint32Array) => values.reduce((total, value) => total + value, 0)

  it('count in the region too, over the whole recording', async () => {
    const { loading, open } = await opened()
    const { player, facts } = open()
    const [width, height] = player.sensor
    const of = () => {
      const rate = player.store.getState().regionRate
      return rate === null ? null : [sum(rate.on), sum(rate.off)]
    }
    player.set({ region: { x: 0, y: 0, width, height } })
    await expect.poll(of).toEqual([facts.on, facts.off])
    loading.filter([{ type: 'polarity', keep: 'on' }])
    await expect.poll(of).toEqual([facts.on, 0])
    player.set({ region: { x: 0, y: 0, width: 4, height: 4 } })
    await expect.poll(() => of()?.[0]).toBeLessThan(facts.on / 2)
    player.set({ region: null })
    expect(of()).toBeNull()
  })

  it('show what is left, keep time and marks, and give the original back', async () => {
    const { loading, open, path, bench } = await opened()
    const { player, facts } = open()
    const original = open().rate
    player.seek(50_000)
    player.mark('in', 20_000)
    loading.filter([
      { type: 'polarity', keep: 'on' },
      { type: 'downsample', factor: 2, merge: 0 },
    ])
    expect(open().filtering).toMatchObject({ working: true, shown: null })
    await expect.poll(() => open().filtering.working).toBe(false)
    expect(open().filtering.shown?.report).toEqual({ sensor: [17, 17], events: facts.events, kept: facts.on, dropped: [facts.off, 0] })
    expect([sum(open().rate.on), sum(open().rate.off)]).toEqual([facts.on, 0])
    expect(open().player).toBe(player)
    expect([player.sensor, player.store.getState().time, player.store.getState().markIn]).toEqual([[17, 17], 50_000, 20_000])
    const request = conversionOf(path, { markIn: null, markOut: null, region: null }, join(path, '../part.csv'), 'csv', false, open().filtering.filters)
    await bench.done((await bench.call('recordings.convert', request)).job)
    expect(await bench.call('recordings.open', { path: join(path, '../part.csv') })).toMatchObject({ events: facts.on, off: 0 })
    loading.filter([])
    expect(open().filtering).toEqual({ filters: [], shown: null, working: false, error: null })
    expect(open().rate).toBe(original)
    expect(player.sensor).toEqual([34, 34])
  })

  it('of many changes ask for few, and show the last', async () => {
    const { loading, open, asked } = await opened()
    const before = asked.length
    for (let period = 1; period <= 500; period++) loading.filter([{ type: 'refractory', period }])
    await expect.poll(() => open().filtering.working).toBe(false)
    expect(open().filtering.shown?.filters).toEqual([{ type: 'refractory', period: 500 }])
    expect(asked.length - before).toBe(2)
    loading.filter([{ type: 'refractory', period: 9 }])
    loading.filter([])
    await expect.poll(() => asked.length - before).toBe(3)
    expect(open().filtering).toEqual({ filters: [], shown: null, working: false, error: null })
  })

  it('that can not be used say why; what was shown stays', async () => {
    const { loading, open } = await opened()
    loading.filter([{ type: 'polarity', keep: 'off' }])
    await expect.poll(() => open().filtering.shown?.filters.length).toBe(1)
    const { shown } = open().filtering
    loading.filter([{ type: 'crop', x: 40, y: 0, width: 64, height: 64, moveOrigin: true }])
    await expect.poll(() => open().filtering.error ?? '').toContain('outside the 34x34 pixels')
    expect(open().filtering).toMatchObject({ shown, working: false })
    loading.filter([{ type: 'transpose' }])
    await expect.poll(() => open().filtering.shown?.filters).toEqual([{ type: 'transpose' }])
    expect(open().filtering.error).toBeNull()
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

import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { EventsMessage } from '../../preload/contract/browser-client.ts'
import { decode, encode } from '../../preload/contract/codec.ts'
import type { Job, StepProgress } from '../../preload/contract/index.ts'
import { Answers } from '../../main/headless/server-answers.ts'
import { EventStream } from '../../main/headless/server-events.ts'
import type { Emit, Workbench } from '../../main/workbench/api.ts'

/** What hosts hear of a workbench, told by the test. */
function source() {
  const listeners = new Set<Emit>()
  const workbench: Workbench = {
    call: () => Promise.reject(new Error('not asked here')),
    on: () => () => undefined,
    onAny(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => Promise.resolve(),
  }
  const tell: Emit = (name, payload) => listeners.forEach((listener) => listener(name, payload))
  const step = (number: number, run = 'r'): void =>
    tell('run.step', { run, progress: { epoch: 1, step: number, steps: 1000, loss: 1, samplesPerSecond: 1, secondsLeft: 1 } as StepProgress })
  return { workbench, tell, step }
}

/** A line that takes what it is told to take. */
class Line extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  takes = true
  ended = false
  readonly #waiting: (readonly [number, () => void])[] = []
  readonly messages: EventsMessage[] = []

  send(bytes: Uint8Array, sent: () => void): void {
    this.messages.push(decode(bytes) as EventsMessage)
    this.bufferedAmount += bytes.length
    this.#waiting.push([bytes.length, sent])
    if (this.takes) this.drain()
  }

  drain(): void {
    for (const [length, sent] of this.#waiting.splice(0)) {
      this.bufferedAmount -= length
      sent()
    }
  }

  terminate(): void {
    this.ended = true
  }

  get steps(): number[] {
    return this.messages
      .flatMap((message) => ('events' in message ? message.events : []))
      .flatMap(([name, payload]) => (name === 'run.step' ? [(payload as { progress: StepProgress }).progress.step] : []))
  }

  get places(): boolean[] {
    return this.messages.flatMap((message) => ('position' in message ? [message.whole] : []))
  }
}
const socket = (line: Line): WebSocket => line as unknown as WebSocket
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)

describe('events', () => {
  test('are encoded once for twenty windows, those of a moment in one message', () => {
    const { workbench, step } = source()
    const stream = new EventStream(workbench)
    const lines = Array.from({ length: 20 }, () => new Line())
    lines.forEach((line) => stream.join(socket(line), null))
    const before = stream.counts
    for (const number of upTo(30)) step(number)
    // Asking for the present passes on what has been gathered.
    expect(stream.position.last).toBe(30)
    const { events, encoded, sent, bytes } = stream.counts
    expect([events, encoded - before.encoded, sent - before.sent]).toEqual([30, 1, 20])
    const message = lines[0]?.messages.at(-1)
    expect(bytes - before.bytes).toBe(20 * encode(message).length)
    for (const line of lines) expect(line.steps).toEqual(upTo(30))
    stream.close()
  })

  test('wait for a slow window where they are kept for all, not in its line; it gets each once when its line is free', () => {
    const { workbench, tell, step } = source()
    const stream = new EventStream(workbench)
    const [slow, quick] = [new Line(), new Line()]
    stream.join(socket(slow), null)
    stream.join(socket(quick), null)
    slow.takes = false
    const large = 'x'.repeat(1.5 * 2 ** 20)
    tell('log.written', { message: large } as never)
    const full = (): number => (stream.position, slow.bufferedAmount)
    const most = full()
    for (const number of upTo(50)) {
      step(number)
      expect(full()).toBe(most)
    }
    expect(quick.steps).toEqual(upTo(50))
    slow.takes = true
    slow.drain()
    expect(slow.steps).toEqual(upTo(50))
    expect([slow.places, stream.counts.gaps]).toEqual([[false], 0])
    stream.close()
  })

  test('that are no longer kept for a slow window: it is told to read again, and hears the latest', () => {
    const { workbench, tell, step } = source()
    const stream = new EventStream(workbench, 2000)
    const slow = new Line()
    stream.join(socket(slow), null)
    slow.takes = false
    tell('log.written', { message: 'x'.repeat(1.5 * 2 ** 20) } as never)
    for (const number of upTo(100)) {
      step(number)
      expect(stream.position.last).toBe(number + 1)
    }
    const before = slow.messages.length
    slow.takes = true
    slow.drain()
    expect(slow.messages.slice(before)).toEqual([{ position: { server: stream.position.server, last: 101 }, whole: false }])
    step(101)
    expect(stream.position.last).toBe(102)
    expect(slow.messages.at(-1)).toMatchObject({ from: 102 })
    expect(stream.counts.gaps).toBe(1)
    stream.close()
  })
})

describe('answers that many windows ask for', () => {
  function asked() {
    const { workbench, tell, step } = source()
    const calls: string[] = []
    let now = 0
    const answers = new Answers(
      workbench,
      (name, input) => {
        calls.push(`${name} ${JSON.stringify(input)}`)
        return name === 'runs.get' && (input as { id: string }).id === 'broken' ? Promise.reject(new Error('damaged')) : Promise.resolve({ runs: ['x'.repeat(5000)], calls: calls.length })
      },
      () => now,
    )
    const everybody = (id: string, zip = false) => Promise.all(Array.from({ length: 20 }, () => answers.answer('runs.get', { id }, zip)))
    return { answers, calls, tell, step, everybody, later: (ms: number) => void (now += ms) }
  }

  test('a run is read and encoded once for twenty of them, and again when it changed', async () => {
    const { calls, tell, everybody } = asked()
    const [first, ...others] = await everybody('a')
    expect(others.every(({ bytes }) => bytes === first?.bytes)).toBe(true)
    await everybody('b')
    await everybody('a')
    expect(calls).toEqual(['runs.get {"id":"a"}', 'runs.get {"id":"b"}'])
    tell('run.changed', { run: 'a' })
    const [again] = await everybody('a')
    expect(calls.length).toBe(3)
    expect(decode(again?.bytes ?? new Uint8Array())).toMatchObject({ calls: 3 })
  })

  test('steps and the progress of jobs change nothing of it; a first step, a state and time do', async () => {
    const { calls, tell, step, everybody, later } = asked()
    const job = (state: Job['state'], detail: string): void => tell('job.changed', { id: 'j', state, detail } as Job)
    const reads = async (): Promise<number> => (await everybody('a'), calls.length)
    expect(await reads()).toBe(1)
    job('running', 'epoch 1')
    expect(await reads()).toBe(2)
    step(1)
    expect(await reads()).toBe(3)
    step(2)
    job('running', 'epoch 2')
    expect(await reads()).toBe(3)
    job('done', '')
    expect(await reads()).toBe(4)
    later(501)
    expect(await reads()).toBe(5)
  })

  test('a failure is not kept, and other calls are made each time', async () => {
    const { answers, calls } = asked()
    await expect(answers.answer('runs.get', { id: 'broken' }, false)).rejects.toThrow('damaged')
    await expect(answers.answer('runs.get', { id: 'broken' }, false)).rejects.toThrow('damaged')
    await answers.answer('jobs.list', {}, false)
    await answers.answer('jobs.list', {}, false)
    expect(calls.length).toBe(4)
  })

  test('is compressed once for all, where it pays', async () => {
    const { everybody } = asked()
    const [first, ...others] = await everybody('a', true)
    expect(first).toMatchObject({ zipped: true })
    expect(first?.bytes.length).toBeLessThan(200)
    expect(others.every(({ bytes }) => bytes === first?.bytes)).toBe(true)
  })
})

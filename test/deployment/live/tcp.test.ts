import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { realClock } from '../../../main/deployment/live/clock.ts'
import { launchLive } from '../../../main/deployment/live/launcher.ts'
import { runLive } from '../../../main/deployment/live/run.ts'
import { liveSettingsSchema, type LiveNews } from '../../../main/deployment/live/schema.ts'
import { sendRecording } from '../../../main/deployment/live/sender.ts'
import { encodeEvents, encodeHeader, encodeSilence } from '../../../main/deployment/live/wire.ts'
import { tcpSource } from '../../../main/deployment/live/tcp-source.ts'
import { encodeNmnist } from '../../../main/events/formats/nmnist.ts'
import { forkNode } from '../../../main/training/child.ts'
import { oneThread, temporaryFolder } from '../../training/tiny.ts'
import { tinyEvents, tinyModel } from './tiny.ts'

/** A recording of 60 ms. */
function files(): { recording: string; model: string } {
  const folder = temporaryFolder()
  const [recording, model] = [join(folder, 'a.bin'), join(folder, 'model.onnx')]
  writeFileSync(recording, encodeNmnist(tinyEvents(3000, 0, 60_000)))
  writeFileSync(model, tinyModel('step'))
  return { recording, model }
}

/** What somebody who connects is told before the connection is closed. */
const told = (port: number, bytes: Uint8Array | string): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes))
    socket.on('data', (part: Buffer) => (text += part.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })

it('a recording sent over TCP is answered by a session in a process of its own, behind a sender that was refused', async () => {
  const { recording, model } = files()
  const news: LiveNews[] = []
  let stopped = false
  let heard: (port: number) => void = () => undefined
  const listening = new Promise<number>((resolve) => {
    heard = resolve
  })
  const settings = liveSettingsSchema.parse({ source: { kind: 'listen', port: 0 }, windowMs: 20, queue: 16 })
  const task = launchLive({ model, settings, sampleUs: null }, forkNode, (one) => {
    news.push(one)
    if (one.begun?.address) heard(one.begun.address.port)
    if (!stopped && one.statistics.answered === 3) {
      // Asked twice, it would be killed.
      stopped = true
      task.stop()
    }
  })
  const port = await listening
  expect(await told(port, 'GET / HTTP/1.1\r\n\r\n')).toContain('must begin with "SCLV" (byte 0 of the stream)')
  expect(await sendRecording({ recording, host: '127.0.0.1', port, speed: 100, repeat: false, clock: realClock, signal: new AbortController().signal })).toEqual({ events: 3000 })
  const statistics = await task.result
  expect(statistics).toMatchObject({ windows: 3, answered: 3, dropped: 0, events: 3000, meanSteps: 3 })
  expect(statistics.latencyMs?.p50).toBeGreaterThan(0)
  const predictions = news.flatMap(({ predictions }) => predictions)
  expect(predictions.map(({ index, events }) => [index, events])).toEqual([[0, 1000], [1, 1000], [2, 1000]])
  expect(news.flatMap(({ problems }) => problems)).toEqual([expect.stringContaining('must begin with "SCLV"')])
  expect(news[0]?.begun).toMatchObject({ classes: ['left', 'right', 'still'], timesteps: 3, windowUs: 20_000, windowFrom: 'chosen', stepwise: true })
})

it('one sender at a time; a taken port and a missing receiver are told', async () => {
  const controller = new AbortController()
  const [first, second] = [0, 0].map(() => tcpSource({ host: '127.0.0.1', port: 0, once: false, clock: realClock }).deliveries(controller.signal)[Symbol.asyncIterator]()) as [AsyncIterator<unknown>, AsyncIterator<unknown>]
  const { value } = (await first.next()) as { value: { port: number; kind: string } }
  expect(value.kind).toBe('address')
  const sender = connect({ host: '127.0.0.1', port: value.port })
  await new Promise((resolve) => sender.once('connect', resolve))
  expect(await told(value.port, 'SCLV')).toBe('another sender is connected; one at a time\n')
  const taken = tcpSource({ host: '127.0.0.1', port: value.port, once: false, clock: realClock }).deliveries(controller.signal)[Symbol.asyncIterator]()
  await expect(taken.next()).rejects.toThrow(`port ${value.port} of 127.0.0.1 is taken by another program`)
  const { value: other } = (await second.next()) as { value: { port: number } }
  controller.abort()
  await Promise.all([first.next(), second.next()])
  sender.destroy()
  const { recording } = files()
  const sent = sendRecording({ recording, host: '127.0.0.1', port: other.port, speed: 100, repeat: false, clock: realClock, signal: new AbortController().signal })
  await expect(sent).rejects.toThrow(`nobody listens at 127.0.0.1:${other.port}`)
})

it('a sender that is cut off or stops is told and answered as far as it came; the next one begins anew', async () => {
  const { model } = files()
  const news: LiveNews[] = []
  const waiting: (() => void)[] = []
  /** When the session has said something that is so. */
  const until = (so: (all: readonly LiveNews[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (so(news) && resolve())
      waiting.push(look)
      look()
    })
  const stop = new AbortController()
  const settings = liveSettingsSchema.parse({ source: { kind: 'listen', port: 0 }, windowMs: 20, perTimestep: false })
  const running = runLive({
    model, settings, sampleUs: null, engine: oneThread(), signal: stop.signal,
    onNews: (one) => {
      news.push(one)
      waiting.forEach((look) => look())
    },
  })
  const listening = until((all) => all.some(({ begun }) => begun?.address))
  await listening
  const { port } = news.find(({ begun }) => begun?.address)!.begun!.address!
  const send = async (...packets: Uint8Array[]) => {
    const socket = connect({ host: '127.0.0.1', port })
    await new Promise((resolve) => socket.once('connect', resolve))
    for (const packet of packets) await new Promise<void>((resolve) => socket.write(packet, () => resolve()))
    return socket
  }
  const problems = (all: readonly LiveNews[]) => all.flatMap((one) => one.problems)
  const packets = [...encodeEvents(tinyEvents(1600, 0, 32_000))]
  const whole = await send(encodeHeader([34, 34]), ...packets)
  const first = until((all) => all.at(-1)!.statistics.answered === 1)
  await first
  // In the middle of a packet.
  const cut = until((all) => problems(all).length === 1)
  whole.end(packets[0]!.subarray(0, 20))
  await cut
  expect(problems(news)[0]).toMatch(/127\.0\.0\.1:\d+: .*(cut|ends|ended|middle|byte)/i)
  // What it sent of its second window is half a window: answered.
  const second = until((all) => all.at(-1)!.statistics.answered >= 2 && all.at(-1)!.activity.startsWith('waits'))
  await second
  const next = await send(encodeHeader([34, 34]), ...encodeEvents(tinyEvents(1000, 500_000, 520_000)), encodeSilence(600_000))
  const silent = until((all) => all.at(-1)!.statistics.empty >= 4)
  await silent
  const answered = news.flatMap(({ predictions }) => predictions)
  expect(answered.at(-1)).toMatchObject({ startUs: 0, endUs: 20_000, events: 1000 })
  expect(new Set(answered.map(({ from }) => from)).size).toBe(2)
  next.destroy()
  stop.abort()
  const statistics = await running
  expect(statistics).toMatchObject({ answered: 3, dropped: 0, failed: 0, events: 2600 })
  expect(statistics.windows).toBe(3 + statistics.empty)
})

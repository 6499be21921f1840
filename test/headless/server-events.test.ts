import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBrowserClient, type BrowserClient } from '../../preload/contract/browser-client.ts'
import { startServer, type Server } from '../../main/headless/server.ts'
import { forkNode } from '../../main/training/child.ts'
import type { Workbench } from '../../main/workbench/api.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { breakableLine } from '../support/line.ts'
import { temporaryFolder } from '../support/workbench.ts'

const root = temporaryFolder('events', afterAll)
let workbench: Workbench
beforeAll(() => {
  workbench = createWorkbench({
    library: root,
    host: 'browser',
    spawn: forkNode,
  })
})
afterAll(() => workbench.close())

const reaches = (client: BrowserClient, wanted: string): Promise<void> =>
  new Promise((resolve) => {
    const stop = client.onConnection((state) => {
      if (state === wanted) queueMicrotask(() => (stop(), resolve()))
    })
  })

/** Changes the threads setting to each of these: every change is one event. */
async function change(...values: number[]): Promise<void> {
  for (const threads of values) await workbench.call('settings.change', { threads })
}

/** A client over a breakable line, what it heard, and a way to wait until it heard something. */
async function watch(server: Server) {
  const wire = await breakableLine(server)
  const client = createBrowserClient(server.token, { origin: wire.origin })
  const heard: (number | string)[] = []
  const wanted = new Map<number | string, () => void>()
  const hear = (what: number | string): void => {
    heard.push(what)
    wanted.get(what)?.()
  }
  client.on('settings.changed', ({ threads }) => hear(threads ?? 0))
  client.on('library.changed', ({ what }) => hear(what))
  await reaches(client, 'connected')
  const until = (what: number | string): Promise<void> =>
    heard.includes(what) ? Promise.resolve() : new Promise((resolve) => wanted.set(what, resolve))
  const close = async (): Promise<void> => {
    client.close()
    await wire.close()
    await server.close()
  }
  return { wire, client, heard, until, close }
}

test('events of the time that a line was cut follow when it is mended: each once, in order, and nothing is read again', async () => {
  const server = await startServer({ workbench, port: 0, windowFolder: root })
  const { wire, client, heard, until, close } = await watch(server)
  await change(1, 2)
  await until(2)
  for (const round of [10, 20]) {
    wire.cut()
    await reaches(client, 'lost')
    await change(round, round + 1, round + 2)
    wire.mend()
    await until(round + 2)
    await change(round + 3)
    await until(round + 3)
  }
  expect(heard).toEqual([1, 2, 10, 11, 12, 13, 20, 21, 22, 23])
  await close()
})

test('where more came meanwhile than is kept, the window reads everything again', async () => {
  const server = await startServer({
    workbench,
    port: 0,
    windowFolder: root,
    keepBytes: 300,
  })
  const { wire, client, heard, until, close } = await watch(server)
  wire.cut()
  await reaches(client, 'lost')
  await change(31, 32, 33, 34, 35)
  wire.mend()
  await until('watches')
  await change(36)
  await until(36)
  expect(heard).toEqual([35, 'recordings', 'datasets', 'runs', 'models', 'experiments', 'watches', 36])
  await close()
})

test('a server that was started again lets its old windows in no more', async () => {
  const server = await startServer({ workbench, port: 0, windowFolder: root })
  const client = createBrowserClient(server.token, {
    origin: `http://127.0.0.1:${server.port}`,
  })
  await reaches(client, 'connected')
  await server.close()
  const again = await startServer({
    workbench,
    port: server.port,
    windowFolder: root,
  })
  await reaches(client, 'no-token')
  await expect(client.call('app.info', {})).rejects.toThrow('The access token is missing or wrong')
  client.close()
  await again.close()
})

test('a lost line says when it is tried next, and is tried at once where that is wanted', async () => {
  const server = await startServer({ workbench, port: 0, windowFolder: root })
  const { wire, client, close } = await watch(server)
  const waits: (number | null)[] = []
  client.onRetry((at) => waits.push(at === null ? null : Math.round((at - Date.now()) / 250)))
  expect(waits).toEqual([null])
  wire.cut()
  // Each wait is twice as long as the one before: 250 ms, 500 ms, then 1 s.
  await new Promise<void>((resolve) => {
    const stop = client.onRetry((at) => at !== null && at - Date.now() > 800 && queueMicrotask(() => (stop(), resolve())))
  })
  expect(waits.filter((wait) => wait !== null)).toEqual([1, 2, 4])
  wire.mend()
  client.retry()
  expect(waits.at(-1)).toBe(null)
  await reaches(client, 'connected')
  // Nothing to try: a line that stands is left alone.
  client.retry()
  expect(waits.at(-1)).toBe(null)
  expect(waits.filter((wait) => wait !== null)).toEqual([1, 2, 4])
  await close()
})

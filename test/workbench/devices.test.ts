import { expect, test } from 'vitest'
import { discover } from '../../main/engines/discover.ts'
import { forkNode } from '../../main/training/child.ts'
import { Devices } from '../../main/workbench/devices.ts'
import { Lane } from '../../main/workbench/jobs.ts'
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
  expect((await devices.best()).device).toBe('cpu')
}, 60_000)

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

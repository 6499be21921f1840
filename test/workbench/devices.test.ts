import { expect, test } from 'vitest'
import { discover } from '../../main/engines/discover.ts'
import { forkNode } from '../../main/training/child.ts'
import { Devices } from '../../main/workbench/devices.ts'
import { Lane } from '../../main/workbench/jobs.ts'
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

import { EventEmitter } from 'node:events'
import { fork, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { entryPath } from '../../main/entries.ts'
import { adoptUtilityProcess, forkNode, type UtilityProcessLike } from '../../main/training/child.ts'
import { readRun, storedStatus } from '../../main/training/run-store.ts'
import { serveTask } from '../../main/training/task-host.ts'
import { runTask, TaskLost } from '../../main/training/task.ts'
import { makeDataset, temporaryFolder, tinyConfig } from './tiny.ts'

afterEach(() => {
  Reflect.deleteProperty(process, 'parentPort')
})

describe('a process whose parent is killed', () => {
  it('saves and ends', async () => {
    const folder = temporaryFolder()
    const [dataset, run] = [await makeDataset(join(folder, 'dataset')), join(folder, 'run')]
    const options = JSON.stringify({ config: tinyConfig({ epochs: 10_000 }), dataset, run })
    // A workbench of its own, killed without a chance to stop its training.
    const launcher = JSON.stringify(new URL('../../main/training/launcher.ts', import.meta.url).href)
    const child = JSON.stringify(new URL('../../main/training/child.ts', import.meta.url).href)
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      import { launchTraining } from ${launcher}
      import { forkNode } from ${child}
      launchTraining({ ...${options}, spawn: forkNode, onEpoch: () => process.kill(process.pid, 'SIGKILL') })`,
      ],
      { stdio: 'ignore' },
    )
    await new Promise((resolve) => parent.once('exit', resolve))
    await vi.waitFor(() => expect(storedStatus(run).state).toBe('stopped'), { timeout: 20_000, interval: 50 })
    expect(readRun(run)).toMatchObject({ state: 'stopped', message: null })
    const { pid } = storedStatus(run)
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), { timeout: 20_000, interval: 50 })
  })
})

describe('runTask', () => {
  it('tells how a process died, with its own words', async () => {
    const lost = await runTask({
      entry: 'training-process',
      input: null,
      spawn: (_, env) => forkNode('/nowhere/at-all.js', env),
    }).result.catch((error: unknown) => error)
    expect(lost).toBeInstanceOf(TaskLost)
    expect((lost as Error).message).toMatch(/ended unexpectedly \(exit code 1\)\. It said: Error: Cannot find module '\/nowhere/)
  })

  it('entries refuse to be started by hand', async () => {
    const process_ = spawn(process.execPath, [entryPath('training-process')], { stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    process_.stderr.on('data', (text: Buffer) => (words += text.toString()))
    expect(await new Promise((resolve) => process_.once('close', resolve))).toBe(1)
    expect(words).toMatch(/started by Saccade as a process of its own/)
  })
})

/**
 * Electron's side of a utility process: the parent's UtilityProcess emits messages as they are, the child's parentPort wraps
 * them in events. Stands in for Electron, which tests can't import; the processes behind it are real where one is forked.
 */
describe('inside Electron', () => {
  it('a task talks through process.parentPort', async () => {
    const port = Object.assign(new EventEmitter(), {
      sent: [] as unknown[],
      postMessage(message: unknown) {
        this.sent.push(message)
      },
    })
    Object.defineProperty(process, 'parentPort', { value: port, configurable: true })
    serveTask<number, number, string>(async (input, signal, report) => {
      report(input * 2)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      if (input === 3) return 'stopped'
      throw new Error('unreachable')
    })
    expect(port.sent).toEqual([{ type: 'ready' }])
    port.emit('message', { data: { type: 'start', input: 3 } })
    port.emit('message', { data: { type: 'start', input: 4 } })
    port.emit('message', { data: { type: 'stop' } })
    await vi.waitFor(() => expect(port.sent).toHaveLength(3), { timeout: 20_000, interval: 20 })
    expect(port.sent.slice(1)).toEqual([
      { type: 'progress', progress: 6 },
      { type: 'done', result: 'stopped' },
    ])
  })

  it('a parent adopts a utility process', async () => {
    const { config, dataset, run } = {
      config: tinyConfig({ epochs: 1 }),
      dataset: await makeDataset(temporaryFolder()),
      run: join(temporaryFolder(), 'run'),
    }
    const task = runTask({
      entry: 'training-process',
      input: { kind: 'train', config, dataset, run },
      spawn: (path) => {
        const child = fork(path, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
        const utility: UtilityProcessLike = {
          pid: child.pid,
          stderr: child.stderr,
          postMessage: (message) => void child.send(message as object),
          kill: () => child.kill(),
          on: (event: 'message' | 'exit', listener: (value: never) => void) => child.on(event, listener as (value: unknown) => void),
        }
        return adoptUtilityProcess(utility)
      },
    })
    expect(await task.result).toEqual({ state: 'finished', message: null })
  })
})

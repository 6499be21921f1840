import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Job } from '../../preload/contract/index.ts'
import { Leaving, type LeavingHost } from '../../main/desktop/leaving.ts'
import { libraryChoice } from '../../main/desktop/library-choice.ts'
import { menuTemplate, type MenuActions, type MenuItem } from '../../main/desktop/menu.ts'
import { opens, readArguments } from '../../main/desktop/open-files.ts'
import { barProgress, keepsAwake, leaveQuestion, notificationOf, trayLines } from '../../main/desktop/work.ts'
import { mayAsk, mayHave } from '../../main/desktop/security.ts'
import { temporaryFolder } from '../support/workbench.ts'

function job(change: Partial<Job>): Job {
  return {
    id: 'job-1', kind: 'training', title: 'Train x', state: 'running', progress: null, detail: 'all of it', rate: null, secondsLeft: null,
    error: null, subject: 'x', started: '2026-01-01T00:00:00.000Z', ...change,
  }
}

test('arguments: a library, and the files among whatever else the system passes', () => {
  expect(readArguments(['out/main/desktop.js', '--library', '/l', '--no-sandbox', '--type=x', 'a.aedat4', '/b/C.RAW', 'notes.txt2'], '/here')).toEqual({
    library: '/l', files: ['/here/a.aedat4', '/b/C.RAW'],
  })
  expect(readArguments([], '/here')).toEqual({ library: null, files: [] })
  for (const name of ['a.aedat', 'a.aedat4', 'a.raw', 'a.dat', 'a.es', 'a.onnx']) expect(opens(name), name).toBe(true)
  expect(opens('a.exe')).toBe(false)
})

test('who may ask: the main frames of our windows, showing our page', () => {
  const ours = { url: 'saccade://window/#/x' }
  expect(mayAsk(ours, [ours])).toBe(true)
  expect(mayAsk(ours, [])).toBe(false)
  expect(mayAsk(null, [ours])).toBe(false)
  for (const url of ['saccade://windows/', 'file:///window/', 'https://example.com/', 'about:blank', 'http://localhost:5173/']) {
    const frame = { url }
    expect(mayAsk(frame, [frame]), url).toBe(false)
  }
  const served = { url: 'http://localhost:5173/#/x' }
  const foreign = { url: 'http://localhost:5173.example.com/' }
  expect(mayAsk(served, [served], 'http://localhost:5173')).toBe(true)
  expect(mayAsk(foreign, [foreign], 'http://localhost:5173')).toBe(false)
  expect(mayHave('media')).toBe(false)
})

describe('the menu', () => {
  const asked: string[] = []
  const actions: MenuActions = {
    openRecording: () => void asked.push('recording'), importFolder: () => void asked.push('folder'), openFile: (path) => void asked.push(path),
    openWindow: () => void asked.push('window'), showLibrary: () => void asked.push('library'), go: (place) => void asked.push(place),
    command: (command) => void asked.push(command), leaveRemote: () => void asked.push('leave'),
  }
  const flat = (items: readonly MenuItem[]): MenuItem[] => items.flatMap((item) => [item, ...flat(item.submenu ?? [])])

  test.each(['linux', 'win32', 'darwin'] as const)('of %s: every item does something, no shortcut means two things', (platform) => {
    const items = flat(menuTemplate(platform, ['/a/b.raw'], actions))
    const shortcuts = items.flatMap(({ accelerator }) => accelerator ?? [])
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
    expect(items.filter(({ role, type, click, submenu }) => !role && !type && !click && !submenu)).toEqual([])
    expect(items.some(({ role }) => role === 'quit')).toBe(platform !== 'darwin')
    asked.length = 0
    items.forEach(({ click }) => click?.())
    expect(asked).toEqual([
      'recording', '/a/b.raw', 'folder', '#/training/new', 'window', '#/settings', 'library', 'remote', 'palette', '#/recordings', '#/datasets',
      '#/training', '#/models', '#/library', 'shortcuts', '#/settings/log', 'diagnostics',
    ])
  })

  test('on a remote workbench: the way back is there, what leads to files of this computer is not', () => {
    const items = flat(menuTemplate('linux', [], actions, 'gpu.example'))
    items.find(({ label }) => label === 'Back to this computer (from gpu.example)')?.click?.()
    expect(asked.at(-1)).toBe('leave')
    expect(items.some(({ label }) => label === 'Show library folder')).toBe(false)
  })
})

describe('work outside of the window', () => {
  test('the task bar shows the mean of what is known', () => {
    expect(barProgress([])).toBe(-1)
    expect(barProgress([job({ state: 'done', progress: 1 }), job({ kind: 'survey', progress: 0.5 }), job({ state: 'waiting', progress: 0 })])).toBe(-1)
    expect(barProgress([job({})])).toBe(2)
    expect(barProgress([job({ progress: 0.2 }), job({ progress: 0.9 }), job({})])).toBe(0.55)
  })
  test('the machine stays awake while something runs', () => {
    expect([job({}), job({ state: 'waiting' }), job({ state: 'done' }), job({ kind: 'survey' })].map((one) => keepsAwake([one]))).toEqual([true, false, false, false])
  })
  test('the end of long work is told to those who look elsewhere', () => {
    const later = Date.parse('2026-01-01T00:05:00.000Z')
    expect(notificationOf(job({ state: 'done' }), later, false)).toEqual({ title: 'Train x: done', body: 'all of it' })
    expect(notificationOf(job({ state: 'failed', error: 'disk full' }), later, false)).toEqual({ title: 'Train x: failed', body: 'disk full' })
    expect(notificationOf(job({ state: 'done' }), later, true)).toBe(null)
    expect(notificationOf(job({ state: 'cancelled' }), later, false)).toBe(null)
    expect(notificationOf(job({}), later, false)).toBe(null)
    expect(notificationOf(job({ state: 'done' }), Date.parse('2026-01-01T00:00:05.000Z'), false)).toBe(null)
  })
  test('is asked about, and told by the icon', () => {
    expect(leaveQuestion([job({ state: 'done' })])).toBe(null)
    expect(leaveQuestion([job({})])?.detail).toContain('Train x')
    expect(trayLines([job({ progress: 0.349 }), job({ title: 'Other', state: 'waiting' }), job({ state: 'done' })])).toEqual(['Train x: 34 %', 'Other: waits'])
  })
})

describe('leaving', () => {
  /** An application that writes down what is done to it. */
  function application(jobs: Job[], answer: number) {
    const done: string[] = []
    const state = { windows: 1, jobs, answer }
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await Promise.resolve()
    }
    const host: LeavingHost = {
      jobs: async () => state.jobs,
      windows: () => state.windows,
      closeWindows: () => {
        done.push('close windows')
        state.windows = 0
        leaving.allClosed()
      },
      ask: async () => {
        done.push('ask')
        return state.answer
      },
      tray: (lines) => void done.push(lines === null ? 'no tray' : `tray ${lines.join()}`),
      closeWorkbench: async () => void done.push('close workbench'),
      quit: () => void done.push(leaving.mayQuit() ? 'quit' : 'not yet'),
    }
    const leaving: Leaving = new Leaving(host)
    return { done, state, leaving, settled }
  }

  test('ends at once where nothing goes on', async () => {
    const { done, leaving, settled } = application([], 1)
    expect(leaving.mayClose(true)).toBe(false)
    await settled()
    expect(done).toEqual(['close windows', 'no tray', 'close workbench', 'quit'])
  })
  test('does not ask for a window that is not the last', () => expect(application([job({})], 1).leaving.mayClose(false)).toBe(true))
  test('stays, and asks again the next time, once at a time', async () => {
    const { done, leaving, settled } = application([job({})], 1)
    leaving.mayClose(true)
    leaving.mayQuit()
    await settled()
    expect(done).toEqual(['ask'])
    expect(leaving.mayQuit()).toBe(false)
    await settled()
    expect(done).toEqual(['ask', 'ask'])
  })
  test('goes on without a window, and ends with the work', async () => {
    const { done, state, leaving, settled } = application([job({ progress: 0.5 })], 2)
    leaving.mayQuit()
    await settled()
    expect(done).toEqual(['ask', 'close windows', 'tray Train x: 50 %'])
    leaving.work([job({ progress: 0.6 })])
    state.jobs = []
    leaving.work([job({ state: 'done' })])
    await settled()
    expect(done.slice(3)).toEqual(['tray Train x: 60 %', 'no tray', 'close workbench', 'quit'])
  })
  test('comes back from the background with a window, and stops from there', async () => {
    const { done, state, leaving, settled } = application([job({})], 2)
    leaving.mayClose(true)
    await settled()
    state.windows = 1
    leaving.work([job({})])
    expect(done.at(-1)).toBe('no tray')
    state.answer = 0
    expect(leaving.mayClose(true)).toBe(false)
    await settled()
    expect(done.slice(-5)).toEqual(['ask', 'close windows', 'no tray', 'close workbench', 'quit'])
  })
})

test('the chosen library is there at the next start; what is damaged is no choice', () => {
  const folder = temporaryFolder('choice')
  expect(libraryChoice(folder).next).toBe(null)
  libraryChoice(folder).choose(join(folder, 'other'))
  expect(libraryChoice(folder).next).toBe(join(folder, 'other'))
})

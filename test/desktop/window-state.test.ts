import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readWindowState, saveWindowState } from '../../main/desktop/window-state.ts'
import { temporaryFolder } from '../support/workbench.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const fresh = { bounds: { width: 1320, height: 860 }, maximized: false }

test('the window opens where it was, as long as that is on a screen', () => {
  const path = join(temporaryFolder('window'), 'window.json')
  const state = { bounds: { x: 2000, y: 100, width: 900, height: 700 }, maximized: true }
  expect(readWindowState(path, [screen])).toEqual(fresh)
  saveWindowState(path, state)
  expect(readWindowState(path, [screen, { ...screen, x: 1920 }])).toEqual(state)
  // The second screen is gone; a hand's breadth of the window is not on the first one.
  expect(readWindowState(path, [screen])).toEqual(fresh)
})

test('a damaged or strange state is none, and one that can not be saved is no error', () => {
  const folder = temporaryFolder('window')
  const path = join(folder, 'window.json')
  for (const text of ['', '{', '[]', '{"bounds": {"x": 0, "y": 0, "width": 1, "height": 1}, "maximized": false}']) {
    writeFileSync(path, text)
    expect(readWindowState(path, [screen])).toEqual(fresh)
  }
  expect(() => saveWindowState(join(folder, 'nowhere/window.json'), fresh)).not.toThrow()
})

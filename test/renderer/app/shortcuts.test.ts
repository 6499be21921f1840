import { describe, expect, it } from 'vitest'
import { controlTakes, keyName, type KeyPress } from '../../../renderer/app/shortcuts.ts'

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...change,
})

describe('shortcuts', () => {
  it('names keys', () => {
    expect(keyName(press(' '))).toBe('space')
    expect(keyName(press('ArrowLeft'))).toBe('arrowleft')
    expect(keyName(press('ArrowLeft', { shiftKey: true }))).toBe('shift+arrowleft')
    expect(keyName(press('?', { shiftKey: true }))).toBe('?')
    expect(keyName(press('+', { shiftKey: true }))).toBe('+')
    expect(keyName(press('L', { shiftKey: true }))).toBe('shift+l')
  })
  it('leaves combinations to the system', () => {
    for (const modifier of ['ctrlKey', 'metaKey', 'altKey'] as const) expect(keyName(press('1', { [modifier]: true }))).toBeNull()
  })
  it('leaves a control the keys it uses itself', () => {
    expect(controlTakes('1', { tag: 'input', type: 'text', role: null })).toBe(true)
    expect(controlTakes('space', { tag: 'button', type: 'button', role: null })).toBe(true)
    expect(controlTakes('arrowleft', { tag: 'button', type: 'button', role: null })).toBe(false)
    expect(controlTakes('arrowleft', { tag: 'div', type: 'text', role: 'slider' })).toBe(true)
    expect(controlTakes('space', { tag: 'div', type: 'text', role: 'slider' })).toBe(false)
    expect(controlTakes('2', { tag: 'input', type: 'checkbox', role: null })).toBe(false)
    expect(controlTakes('arrowright', { tag: 'button', type: 'button', role: 'tab' })).toBe(true)
    expect(controlTakes('space', { tag: 'body', type: 'text', role: null })).toBe(false)
  })
})

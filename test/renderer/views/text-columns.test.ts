import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextReading } from '../../../preload/contract/index.ts'
import { assigned, changed, complete, describeLayout, maybeText, sensorOf, widened } from '../../../renderer/views/recordings/text-columns.ts'

describe('columns of a text', () => {
  it('change places: no role is lost, none stands twice', () => {
    expect(assigned(['t', 'x', 'y', 'p', null], 1, 't')).toEqual(['x', 't', 'y', 'p', null])
    expect(assigned(['t', 'x', 'y', 'p', null], 4, 'p')).toEqual(['t', 'x', 'y', null, 'p'])
    expect(assigned([null, 't', null, null], 2, 't')).toEqual([null, null, 't', null])
    const roles = fc.shuffledSubarray(['t', 'x', 'y', 'p', null, null] as const, { minLength: 6 })
    fc.assert(
      fc.property(roles, fc.nat(5), fc.constantFrom('t', 'x', 'y', 'p'), (columns, index, role) => {
        const next = assigned(columns, index, role)
        expect(next[index]).toBe(role)
        expect(next.toSorted()).toEqual(columns.toSorted())
      }),
    )
  })
  it('are complete when each role has its own', () => {
    expect(widened(null, 3)).toEqual([null, null, null])
    expect(widened(['t', 'x', 'y', 'p'], 6)).toEqual(['t', 'x', 'y', 'p', null, null])
    expect([complete(['t', 'x', 'y', 'p', null]), complete(['t', 'x', 'y', null])]).toEqual([true, false])
  })
})

describe('what is told of a text', () => {
  const told: TextReading = { unit: 'ms', columns: ['t', 'x', 'y', 'p'] }
  it('grows by what is changed; another delimiter makes other columns', () => {
    expect(changed(null, { unit: 's' })).toEqual({ unit: 's' })
    expect(changed(told, { headerLines: 2 })).toEqual({ ...told, headerLines: 2 })
    expect(changed(told, { delimiter: ';' })).toEqual({ unit: 'ms', delimiter: ';' })
    expect(changed(told, { delimiter: ';', columns: ['p', 'x', 'y', 't'] })).toMatchObject({ delimiter: ';', columns: ['p', 'x', 'y', 't'] })
    expect(changed({ sensor: [4, 4] }, { sensor: undefined })).toBeNull()
  })
  it('is said in one line', () => {
    expect(describeLayout({ columns: ['x', null, 't', 'y', 'p'], unit: 'ms', delimiter: ';', headerLines: 1, sensor: [346, 260] })).toBe(
      'x, –, t in ms, y, p · semicolon · 1 header line · 346 × 260 px',
    )
    expect(describeLayout({ columns: null, unit: null, delimiter: '\t', headerLines: 0, sensor: null })).toBe('which column is which is not known · tab')
  })
  it('a sensor needs both numbers, or none', () => {
    expect([sensorOf('346', '260'), sensorOf('', ' '), sensorOf('346', ''), sensorOf('0', '4'), sensorOf('a', '4')]).toEqual([[346, 260], undefined, null, null, null])
  })
  it('is asked for files that may be texts', () => {
    expect(['a.csv', 'b.TXT', 'c.bin', 'd'].map(maybeText)).toEqual([true, true, false, false])
  })
})

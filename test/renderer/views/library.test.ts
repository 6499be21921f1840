import { describe, expect, test } from 'vitest'
import { formatRoute, parseRoute } from '../../../renderer/app/route.ts'
import { pagesOf, rowAfterKey, rowHeight, visibleRows } from '../../../renderer/views/library/pages.ts'

describe('the library table', () => {
  test('only rows near the view are asked for, whatever there is', () => {
    expect(visibleRows(0, 20 * rowHeight, 10_000)).toEqual([0, 28])
    expect(visibleRows(9990 * rowHeight, 20 * rowHeight, 10_000)).toEqual([9982, 10_000])
    expect(visibleRows(500 * rowHeight, 20 * rowHeight, 3)).toEqual([3, 3])
    expect(pagesOf(0, 0)).toEqual([0])
    expect(pagesOf(95, 105)).toEqual([0, 1])
    expect(pagesOf(100, 200)).toEqual([1])
    expect(pagesOf(9982, 10_000)).toEqual([99])
  })

  test('keys stay inside the table', () => {
    expect(rowAfterKey('ArrowDown', 9, 10, 5)).toBe(9)
    expect(rowAfterKey('ArrowUp', 0, 10, 5)).toBe(0)
    expect(rowAfterKey('PageDown', 2, 10, 5)).toBe(7)
    expect(rowAfterKey('End', 2, 10, 5)).toBe(9)
    expect(rowAfterKey('a', 2, 10, 5)).toBeNull()
    expect(rowAfterKey('ArrowDown', 0, 0, 5)).toBeNull()
  })

  test('its address leads back to it', () => {
    expect(parseRoute(formatRoute({ view: 'library', page: 'list' }))).toEqual({ view: 'library', page: 'list' })
  })
})

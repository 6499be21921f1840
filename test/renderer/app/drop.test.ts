import { describe, expect, it } from 'vitest'
import { routeOf } from '../../../renderer/app/drop.ts'

describe('what is dropped on the window', () => {
  it('goes to the stage, a folder to the import', () => {
    expect(routeOf({ name: 'a.raw', folder: false, path: '/data/a.raw' })).toEqual({ view: 'recordings', path: '/data/a.raw' })
    expect(routeOf({ name: 'shapes', folder: true, path: 'C:\\shapes' })).toEqual({ view: 'datasets', page: 'import', folder: 'C:\\shapes' })
  })
  it('needs a path', () => {
    const dropped = { name: 'a.raw', folder: false, path: null }
    expect(routeOf(dropped)).toBeNull()
    expect(routeOf({ ...dropped, path: '' })).toBeNull()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRoute, parseRoute, type Route } from '../../../renderer/app/route.ts'

const routes: Route[] = [
  { view: 'recordings', path: null },
  { view: 'recordings', path: '/data/N MNIST/0#1?.bin' },
  { view: 'recordings', path: 'C:\\data\\ä.aedat4' },
  { view: 'recordings', path: '/data/user01.aedat', cut: [80_048_239, 85_092_709] },
  { view: 'recordings', path: '/data/a', cut: [-5.5, 7] },
  { view: 'datasets', page: 'list' },
  { view: 'datasets', page: 'import', folder: null },
  { view: 'datasets', page: 'import', folder: '/data/Train' },
  { view: 'datasets', page: 'dataset', id: 'nmnist-small' },
  { view: 'training', page: 'list' },
  { view: 'training', page: 'devices' },
  { view: 'training', page: 'recipes', id: null },
  { view: 'training', page: 'recipes', id: 'trt-table3' },
  { view: 'training', page: 'new', dataset: null },
  { view: 'training', page: 'new', dataset: 'x' },
  { view: 'training', page: 'run', id: 'import' },
  { view: 'training', page: 'analysis', id: 'a b', kind: 'fisher' },
  { view: 'models', page: 'list' },
  { view: 'models', page: 'model', id: '/a/b.onnx' },
  { view: 'models', page: 'compare', ids: [] },
  { view: 'models', page: 'compare', ids: ['a', 'compare', '/b/c d.onnx'] },
  { view: 'settings', page: 'list' },
  { view: 'settings', page: 'log' },
]

describe('routes', () => {
  it.each(routes.map((route) => [formatRoute(route), route] as const))('%s leads back to what it was made from', (address, route) =>
    expect(parseRoute(address)).toEqual(route),
  )
  it('reads any address as some route', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        expect(['recordings', 'datasets', 'training', 'models']).toContain(parseRoute(hash).view)
      }),
    )
    expect(parseRoute('')).toEqual({ view: 'recordings', path: null })
    expect(parseRoute('#/recordings/%E0%A4%A')).toEqual({ view: 'recordings', path: '%E0%A4%A' })
  })
  it('keeps any path', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((path) => path.isWellFormed()),
        (path) => {
          expect(parseRoute(formatRoute({ view: 'recordings', path }))).toEqual({ view: 'recordings', path })
        },
      ),
    )
  })
})

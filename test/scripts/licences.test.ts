import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faults, fits, packages, type Package } from '../../scripts/licences.ts'

const root = join(import.meta.dirname, '../..')

test('every package has a licence that fits, and none runs an install script', () => {
  const all = packages(root)
  expect(all.length).toBeGreaterThan(300)
  expect(faults(all, readFileSync(join(root, '.npmrc'), 'utf8'))).toEqual([])
})

test('a licence that does not fit, none at all, and an install script are told', () => {
  const one = (change: Partial<Package>): Package => ({ name: 'x', version: '1.0.0', licence: 'MIT', development: false, installScript: false, ...change })
  expect(faults([one({}), one({ licence: 'GPL-3.0-only' }), one({ licence: '' }), one({ installScript: true })], 'fund=false\n')).toEqual([
    'x 1.0.0: licence "GPL-3.0-only" is not known to fit',
    'x 1.0.0: says no licence',
    'x 1.0.0: its install script is not allowed',
  ])
  expect(faults([one({ installScript: true })], 'ignore-scripts=true\n')).toEqual([])
})

test.each([
  ['MIT', true], ['(MIT OR GPL-2.0)', true], ['MIT AND GPL-2.0', false], ['(Apache-2.0 AND BSD-3-Clause)', true],
  ['(MIT OR CC0-1.0) AND GPL-2.0', false], ['GPL-2.0 OR (MIT AND ISC)', true], ['UNLICENSED', false],
])('%s fits: %s', (expression, expected) => {
  expect(fits(expression)).toBe(expected)
})

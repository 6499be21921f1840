import { expect, test } from 'vitest'
import type { DatasetSummary, Run } from '../../../preload/contract/index.ts'
import { canPick } from '../../../renderer/widgets/FileDialog.tsx'
import { datasetOf, missingData } from '../../../renderer/views/training/run-dataset.ts'

const dataset = (id: string, hash: string) => ({ id, name: `${id} set`, hash }) as DatasetSummary
const run = (datasetHash?: string) => ({ config: { dataset: 'bars' }, ...(datasetHash && { datasetHash }) }) as Run

test('the data of a run is what has its content, whatever its name; what is missing is said', () => {
  const [bars, other, same] = [dataset('bars', 'a'), dataset('bars', 'b'), dataset('squares', 'a')]
  expect(datasetOf(run('a'), [same, bars])).toBe(bars)
  expect(datasetOf(run('a'), [other, same])).toBe(same)
  expect(datasetOf(run(), [other])).toBe(other)
  expect(datasetOf(run('a'), [])).toBeUndefined()
  expect(missingData(run('a'), [same])).toBeNull()
  expect(missingData(run('a'), [])?.message).toContain('(dataset "bars")')
  expect(missingData(run('a'), [other])?.message).toContain('"bars set" has the same id here, but holds other data')
})

test('a zip is what an import asks for, a folder what saving asks for', () => {
  const file = (name: string) => ({ name, path: `/${name}`, kind: 'other' as const, bytes: 1 })
  expect([file('a.zip'), file('a.ZIP'), file('zip'), file('a.onnx')].filter((entry) => canPick(entry, 'archive')).map(({ name }) => name)).toEqual(['a.zip', 'a.ZIP'])
  expect(canPick(file('a.zip'), 'target')).toBe(false)
})

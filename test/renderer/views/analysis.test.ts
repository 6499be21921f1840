import { beforeEach, describe, expect, it } from 'vitest'
import { analysisOptionsSchema } from '../../../main/analysis/schema.ts'
import type { CallInput, CallName, FisherResult, Run, StoredAnalysis, WorkbenchApi } from '../../../preload/contract/index.ts'
import { analysisKindSchema } from '../../../main/analysis/schema.ts'
import { connectTo } from '../../../renderer/api/workbench.ts'
import { keptEpochs } from '../../../renderer/views/analysis/Controls.tsx'
import { entries, groups, pages } from '../../../renderer/views/analysis/registry.ts'
import { compute, keptOf, matches, namedResults, optionsOf, readKept, setOptions, useAnalysis } from '../../../renderer/views/analysis/state.ts'

const stored = (checkpoint: FisherResult['options']['checkpoint'], centroid: number, options: object = {}): StoredAnalysis => ({
  created: '2026-01-01T00:00:00.000Z', epoch: 3, hash: `hash ${centroid}`,
  result: { kind: 'fisher', options: analysisOptionsSchema.parse({ checkpoint, ...options }), trace: [1, 2], centroid, batches: 1, passes: { full: 2, taken: 1 } },
})
const run = (id: string, method: string) => ({ id, config: { name: id.toUpperCase(), method: { name: method } }, epochs: [], best: null }) as unknown as Run

/** A workbench that answers with these, and notes what it was asked. */
function answering(answers: Partial<Record<CallName, (input: never) => unknown>>): [CallName, unknown][] {
  const asked: [CallName, unknown][] = []
  connectTo({
    call: async (name: CallName, input: unknown) => {
      asked.push([name, input])
      const answer = answers[name]
      if (answer === undefined) throw new Error(`${name} is not answered`)
      return answer(input as never)
    },
    on: () => () => undefined,
  } as unknown as WorkbenchApi)
  return asked
}

beforeEach(() => useAnalysis.setState(useAnalysis.getInitialState(), true))

describe('the analysis page', () => {
  it('offers every analysis once, in a known group', () => {
    expect(entries.map(({ kind }) => kind).toSorted()).toEqual(analysisKindSchema.options.toSorted())
    for (const { group } of [...entries, ...pages]) expect(groups).toContain(group)
  })

  it('keeps the checkpoint for all kinds, and each kind its own options', () => {
    setOptions('fisher', { checkpoint: 'last', batches: 3 })
    setOptions('landscape', { split: 'train', grid: 5 })
    const state = useAnalysis.getState()
    expect(optionsOf(state, 'fisher')).toEqual({ checkpoint: 'last', split: 'train', batches: 3 })
    expect(optionsOf(state, 'landscape')).toEqual({ checkpoint: 'last', split: 'train', grid: 5 })
  })

  it('shows the result of the chosen checkpoint, and knows what it was computed with', () => {
    const kept = [stored('best', 1), stored('last', 2), stored(4, 3)]
    expect([undefined, 'best', 'last', 4].map((checkpoint) => keptOf(kept, 'fisher', checkpoint as 'best')?.result)).toEqual([kept[0], kept[0], kept[1], kept[2]].map((one) => one?.result))
    expect(keptOf(kept, 'energy', 'best')).toBeUndefined()
    expect(matches(stored('best', 1, { batches: 3 }), { checkpoint: 'best', batches: 3 })).toBe(true)
    expect(matches(stored('best', 1, { batches: 3 }), { checkpoint: 'best', batches: 4 })).toBe(false)
  })

  it('lays runs beside each other in the colours of their methods, those without a result left out', () => {
    const state = { ...useAnalysis.getState(), kept: { a: [stored('best', 1)], c: [stored('best', 3)] } }
    const shown = namedResults('fisher', [run('a', 'sdt'), run('b', 'tet'), run('c', 'trt')], state)
    expect(shown.map(({ name, color, hash }) => [name, color, hash])).toEqual([['A', 'sdt', 'hash 1'], ['C', 'trt', 'hash 3']])
    expect(namedResults('fisher', [run('a', 'sdt'), run('c', 'sdt')], state).map(({ color }) => color)).toEqual([0, 1])
  })

  it('computes runs one after the other with what the form says, and stops at the first that fails', async () => {
    setOptions('fisher', { batches: 2 })
    const asked = answering({
      'runs.analyze': ({ id }: CallInput<'runs.analyze'>) => {
        if (id === 'b') throw new Error('b has no checkpoint yet')
        return stored('best', 1)
      },
      'runs.analyses': ({ id }: CallInput<'runs.analyses'>) => ({ analyses: id === 'a' ? [stored('best', 1)] : [] }),
    })
    await compute('fisher', ['a', 'b', 'c'])
    expect(asked.map(([name, input]) => [name, (input as { id: string }).id])).toEqual([['runs.analyze', 'a'], ['runs.analyses', 'a'], ['runs.analyze', 'b'], ['runs.analyses', 'b']])
    expect(asked[0]?.[1]).toMatchObject({ kind: 'fisher', options: { checkpoint: 'best', split: 'test', batches: 2 } })
    expect(useAnalysis.getState()).toMatchObject({ busy: [], failure: 'b has no checkpoint yet' })
    expect(useAnalysis.getState().kept['a']).toHaveLength(1)
  })

  it('tells where what a run keeps can not be read', async () => {
    answering({})
    await readKept('a')
    expect(useAnalysis.getState().failure).toBe('runs.analyses is not answered')
  })

  it('offers the epochs whose checkpoints are kept', () => {
    const epochs = [1, 2, 3, 4].map((epoch) => ({ epoch })) as Run['epochs']
    expect(keptEpochs({ config: { keepEvery: 2 } as Run['config'], epochs })).toEqual([2, 4])
    expect(keptEpochs({ config: {} as Run['config'], epochs })).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { levelsOf } from '../../main/snn/levels.ts'
import { buildNetwork } from '../../main/snn/network.ts'
import { networkSchema } from '../../main/snn/schema.ts'

/** Of the input of every layer with weights. */
function levels(changes: object): (string | null)[] {
  const network = networkSchema.parse({ name: 'levels', neuron: {}, ...changes })
  const { weighted } = buildNetwork({ network, classes: 3, shape: [2, 2, 8, 8] }, 2, 'evaluation')
  return weighted.map(({ input }) => {
    const found = levelsOf(input)
    return found && `${found.most * found.parts}/${found.parts}`
  })
}

const conv = { type: 'conv', out: 4 }
const residual = (form: string, more = {}) => ({ type: 'residual', form, out: 4, ...more })

describe('the numbers that a layer is fed with', () => {
  it('are real at the network\'s input, spikes behind neurons, parts behind average pooling', () => {
    expect(levels({ layers: [conv, { type: 'average-pool', size: 2 }, conv, { type: 'max-pool', size: 2 }, { type: 'dense', out: 5 }] })).toEqual([null, '4/4', '1/1', '1/1'])
  })
  it('are sums behind SEW-ADD, spikes behind AND, at most what came in behind IAND', () => {
    const add = residual('sew-add')
    expect(levels({ layers: [conv, add, add, residual('sew-iand', { globalPool: true })] })).toEqual([null, '1/1', '1/1', '2/1', '1/1', '3/1', '1/1', '192/64'])
    expect(levels({ layers: [conv, residual('sew-and'), residual('spiking'), conv] })).toEqual([null, '1/1', '1/1', '1/1', '1/1', '1/1', '1/1'])
  })
  it('are real where a block comes first, and where spikes are a sigmoid', () => {
    expect(levels({ layers: [residual('sew-add')] })).toEqual([null, '1/1', null, '2/1'])
    expect(levels({ neuron: { sigmoidSpike: 2 }, layers: [conv, conv] })).toEqual([null, null, null])
  })
  it('are spikes of neurons with learned parts, and of membranes that are shared', () => {
    expect(levels({ neuron: { learnTau: 'leak', smoothing: true }, layers: [conv, conv] })).toEqual([null, '1/1', '1/1'])
    expect(levels({ sharing: 'layers-channels', layers: [conv, conv, conv] })).toEqual([null, '1/1', '1/1', '1/1'])
  })
  it('are found for many blocks: each is followed once', () => {
    expect(levels({ layers: [conv, ...Array.from({ length: 40 }, () => residual('sew-iand'))] }).slice(-3)).toEqual(['1/1', '1/1', '1/1'])
  })
})

import { describe, expect, it } from 'vitest'
import { neuronSchema } from '../../../main/snn/schema.ts'
import { neuronParts, neuronVariantsText } from '../../../renderer/views/training/neuron-variants.ts'

const plain = neuronSchema.parse({})

describe.each(neuronParts)('$title', ({ title, choices, chosen }) => {
  it.each(choices)('$label: is a neuron the workbench takes, even from tau 1 and threshold 1, and is shown as chosen', (choice) => {
    for (const before of [plain, neuronSchema.parse({ tau: 1 }), neuronSchema.parse({ threshold: 0.3 })]) {
      const parsed = neuronSchema.safeParse({ ...before, ...choice.settings(before) })
      expect(parsed.error?.issues ?? []).toEqual([])
      expect(chosen(parsed.data ?? plain)).toBe(choice.value)
      expect(choice.help).toMatch(/\.$/)
    }
  })
  it('goes back to what a neuron has without a word', () => {
    const [first] = choices
    for (const { settings } of choices) {
      const changed = { ...plain, ...settings(plain) }
      expect(neuronVariantsText(neuronSchema.parse({ ...changed, ...first?.settings(changed) })), title).toEqual([])
    }
  })
})

it('names what is chosen', () => {
  expect(neuronVariantsText(plain)).toEqual([])
  expect(neuronVariantsText(neuronSchema.parse({ learnTau: 'plif', smoothing: true }))).toEqual(['time constant learned (PLIF, 2021)', 'smoothing learned (MPS, 2025)'])
})

import { describe, expect, it } from 'vitest'
import { mistakesOf } from '../../main/analysis/mistakes.ts'
import { analysisOptionsSchema, type FiringResult, type MistakesResult } from '../../main/analysis/schema.ts'
import { compared, comparedText } from '../../main/headless/against.ts'
import { firingText } from '../../main/headless/firing-text.ts'
import { mistakesText } from '../../main/headless/mistakes-text.ts'

const options = analysisOptionsSchema.parse({})
const firing = (rate: number): FiringResult => ({
  kind: 'firing', options, samples: 4, timesteps: 2, classes: ['a', 'b'], rate,
  layers: [{ name: 'conv1', neurons: 10, rate, perTimestep: [rate, rate], perClass: [rate, null], histogram: [10], silent: 5, saturated: 0 }],
})
const samples = [0, 1, 1].map((label, i) => ({ file: `a/${i}.bin`, hash: '', label, split: 'test' as const, events: 1, durationUs: 1, problems: [], ...(i === 1 && { cut: [5, 9] as [number, number] }) }))
const mistakes = (...logits: number[]): MistakesResult => ({ options, ...mistakesOf(Float32Array.from(logits), Int32Array.of(0, 1, 2), 1, { hash: 'x', classes: ['a', 'b'], samples }) })

describe('firing rates in the terminal', () => {
  it('name layers, silent neurons and classes without samples', () => {
    expect(firingText(firing(0.125))).toMatch(/conv1 +0\.1250 +0\.125, 0\.125 +5 \(50\.0 %\) +0 +10\n/)
    expect(firingText(firing(0.125))).toMatch(/conv1 +0\.1250 +–/)
  })
  it('against a reference: change in percent', () => {
    expect(comparedText(compared(firing(0.0625), firing(0.125)))).toMatch(/conv1 +0\.1250 +0\.0625 +-50\.00 %/)
    expect(comparedText(compared(firing(0.1), firing(0)))).toMatch(/conv1 +0\.0000 +0\.1000 +–/)
  })
})

describe('mistakes in the terminal', () => {
  const [first, second] = [mistakes(1, 0, 2, 0, 0, 1), mistakes(1, 0, 0, 2, 0, 1)]
  it('the hardest sample comes first, with its file and cut', () => {
    const text = mistakesText(first)
    expect(text).toMatch(/accuracy +66\.67 % of 3 samples/)
    expect(text).toMatch(/-\n +1 +b +a \(88\.1 %\) +2\.127 +a\/1\.bin 5–9 us\n/)
  })
  it('two runs: who is right where they disagree', () => {
    const text = comparedText(compared(first, second))
    expect(text).toMatch(/both right \/ both wrong +2 \/ 0 of 3/)
    expect(text).toMatch(/p = 1\.00/)
    expect(text).toMatch(/1 +b +a \(88\.1 %\) +b \(88\.1 %\)/)
  })
  it('different analyses are not compared', () => {
    expect(() => compared(first, firing(1))).toThrow(/not compared/)
  })
})

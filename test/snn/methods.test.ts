import { describe, expect, it } from 'vitest'
import { drawnTimesteps } from '../../main/snn/losses/slt.ts'
import type { MethodSettings } from '../../main/snn/schema.ts'
import { entropy, graphLoss, labels, type Logits, logits, mean, slopes, softmax, timeMean } from './plain-loss.ts'
import { distance } from './run.ts'

/** Value and gradient of a method's loss against a plain function of the logits. */
async function agrees(settings: MethodSettings, plain: (of: Logits) => number, of: Logits = logits, elapsed?: number): Promise<void> {
  const { loss, gradient } = await graphLoss(settings, of, elapsed)
  expect(loss).toBeCloseTo(plain(of), 5)
  expect(distance(gradient, slopes(plain, of))).toBeLessThan(1e-5)
}

describe('SLT', () => {
  const sdt = (of: Logits): number => mean(labels.map((label, b) => entropy(timeMean(of, b), label)))
  const tet = (of: Logits): number => {
    const each = (value: (row: readonly number[], b: number) => number) => mean(of.map((at) => mean(at.map(value))))
    return 0.7 * each((row, b) => entropy(row, labels[b] ?? 0)) + 0.3 * each((row) => mean(row.map((value) => (value - 0.5) ** 2)))
  }
  it('is cross-entropy of the mean over the timesteps that there are', async () => {
    await agrees({ name: 'slt' }, sdt)
    await agrees({ name: 'slt' }, sdt, logits.slice(0, 2))
  })
  it('SLT-TET is TET over the timesteps that there are', async () => {
    const settings = { name: 'slt-tet', lambda: 0.3, phi: 0.5 } as const
    await agrees(settings, tet)
    await agrees(settings, tet, logits.slice(0, 1))
  })
  it('draws 1 to T equally often, the same for the same seed and place', () => {
    const seen = [0, 0, 0, 0]
    for (let batch = 0; batch < 4000; batch++) {
      const drawn = drawnTimesteps(4, 7, 1, batch)
      expect(drawnTimesteps(4, 7, 1, batch)).toBe(drawn)
      seen[drawn - 1]!++
    }
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(150)
    const draws = (epoch: number, seed = 7) => Array.from({ length: 30 }, (_, batch) => drawnTimesteps(4, seed, epoch, batch)).join()
    expect(draws(1)).not.toBe(draws(2))
    expect(draws(1)).not.toBe(draws(1, 8))
  })
})

describe('TKS', () => {
  const argmax = (row: readonly number[]): number => row.indexOf(Math.max(...row))
  const tks = (alpha: number, temperature: number, elapsed: number) => (of: Logits): number => {
    const own = 1 - elapsed * alpha
    const labelled = mean(labels.map((label, b) => entropy(timeMean(of, b), label)))
    const taught = labels.map((label, b) => {
      const rows = of.map((at) => at[b] ?? [])
      const shared = rows.reduce((sum, row) => (argmax(row) === label ? sum.map((value, c) => value + (row[c] ?? NaN)) : sum), rows[0]!.map(() => 0))
      const teacher = softmax(shared.map((value) => value / temperature))
      return mean(rows.map((row) => -softmax(row).reduce((sum, p, c) => sum + (teacher[c] ?? NaN) * Math.log(p), 0)))
    })
    return own * labelled + (1 - own) * temperature ** 2 * mean(taught)
  }
  it('teaches with the timesteps that are right, the more the later', async () => {
    // Both cases are there: timesteps that are right and samples that none is right for.
    const right = labels.map((label, b) => logits.filter((at) => argmax(at[b] ?? []) === label).length)
    expect(Math.max(...right)).toBeGreaterThan(0)
    for (const [alpha, temperature, elapsed] of [[0.7, 3, 0], [0.7, 3, 0.5], [1, 1.5, 0.9]] as const)
      await agrees({ name: 'tks', alpha, temperature }, tks(alpha, temperature, elapsed), logits, elapsed)
  })
})

describe('TMC', () => {
  /** The timesteps before t are those of `held`: no gradient flows through them. */
  const tmc = (of: Logits, held: Logits = of): number =>
    mean(
      of.map((at, t) => {
        const shares = labels.map((_, b) => softmax(at[b]!.map((value, c) => (held.slice(0, t).reduce((sum, past) => sum + past[b]![c]!, 0) + value) / (t + 1))))
        const target = mean(labels.map((label, b) => shares[b]![label]!))
        const others = mean(labels.map((label, b) => shares[b]!.reduce((sum, share, c) => (c === label ? sum : sum + share), 0)))
        return mean(labels.map((label, b) => entropy(at[b]!, label))) + (target / others) ** ((of.length - t) / of.length)
      }),
    )
  it('adds what the running mean gives to the class over what it gives to the others; the past carries no gradient', async () => {
    const { loss, gradient } = await graphLoss({ name: 'tmc' })
    expect(loss).toBeCloseTo(tmc(logits), 5)
    expect(distance(gradient, slopes((of) => tmc(of, logits)))).toBeLessThan(1e-5)
    // With one timestep there is no past, and the exponent is 1.
    await agrees({ name: 'tmc' }, tmc, logits.slice(0, 1))
  })
  it('stays finite where the network is sure of everything', async () => {
    const sure: Logits = logits.map((at) => at.map((row, b) => row.map((_, c) => (c === labels[b] ? 200 : -200))))
    const { loss, gradient } = await graphLoss({ name: 'tmc' }, sure)
    expect(Number.isFinite(loss)).toBe(true)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })
})

describe('MPS guidance', () => {
  /** The teachers are those of `held`: no gradient flows through them. */
  const guided = (gamma: number, temperature: number) => (of: Logits, held: Logits = of): number => {
    const labelled = mean(labels.map((label, b) => entropy(timeMean(of, b), label)))
    const soft = (row: readonly number[]) => softmax(row.map((value) => value / temperature))
    const pairs = of.slice(1).flatMap((_, t) =>
      labels.map((_, b) => {
        const [student, teacher] = [soft(of[t]![b]!), soft(held[t + 1]![b]!)]
        return teacher.reduce((sum, q, c) => sum + q * Math.log(q / student[c]!), 0)
      }),
    )
    return labelled + (pairs.length ? gamma * temperature ** 2 * mean(pairs) : 0)
  }
  it.each([[1, 2], [0.3, 1]])('gamma %d, temperature %d: every timestep is taught by the next one, which carries no gradient', async (gamma, temperature) => {
    const { loss, gradient } = await graphLoss({ name: 'mps', gamma, temperature })
    expect(loss).toBeCloseTo(guided(gamma, temperature)(logits), 5)
    expect(distance(gradient, slopes((of) => guided(gamma, temperature)(of, logits)))).toBeLessThan(1e-5)
  })
  it('is cross-entropy alone where there is one timestep', () => agrees({ name: 'mps', gamma: 1, temperature: 2 }, (of) => guided(1, 2)(of), logits.slice(0, 1)))
})

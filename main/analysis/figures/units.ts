/** The unit that energies, given in pJ, are best read in, and what one of it is in pJ. */
export function energyUnit(picojoules: readonly number[]): { readonly unit: string; readonly size: number } {
  const most = Math.max(0, ...picojoules.filter(Number.isFinite))
  const units = [['mJ', 1e9], ['µJ', 1e6], ['nJ', 1e3]] as const
  const [unit, size] = units.find(([, each]) => most >= each) ?? (['pJ', 1] as const)
  return { unit, size }
}

/** 1, 2, ... n */
export const counted = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

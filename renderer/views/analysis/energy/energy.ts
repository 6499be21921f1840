/** Picojoules in the unit that they are best read in: "1.23 µJ". */
export function energy(picojoules: number | undefined): string {
  if (picojoules === undefined || !Number.isFinite(picojoules)) return '–'
  const units = [['mJ', 1e9], ['µJ', 1e6], ['nJ', 1e3]] as const
  const [unit, size] = units.find(([, each]) => picojoules >= each) ?? (['pJ', 1] as const)
  return `${(picojoules / size).toPrecision(3)} ${unit}`
}

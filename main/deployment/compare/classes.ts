import type { RunnableMetadata } from '../foreign/metadata.ts'

/** Models that can't be compared, and why. */
export class CompareError extends Error {
  override readonly name = 'CompareError'
}

/** Names that a classifier of another origin gets where nobody stated any. */
const nameless = ({ labels, foreign }: Pick<RunnableMetadata, 'labels' | 'foreign'>): boolean => foreign !== undefined && labels.every((label, i) => label === `class ${i}`)

/** Where a model's classes stand. */
export interface ClassOrder {
  /** Of each class of the comparison, its place among the model's logits. */
  readonly places: readonly number[]
  readonly notes: readonly string[]
}

/**
 * How a model's classes go with those of the comparison: by their names, whatever their order; nameless ones by their order.
 * @param title of the model
 * @throws CompareError naming the classes that only one of them has
 */
export function orderOf(title: string, metadata: Pick<RunnableMetadata, 'labels' | 'foreign'>, classes: readonly string[]): ClassOrder {
  const { labels } = metadata
  if (labels.length === classes.length && labels.every((label, i) => label === classes[i])) return { places: classes.map((_, c) => c), notes: [] }
  if (nameless(metadata) && labels.length === classes.length)
    return { places: classes.map((_, c) => c), notes: ['Its class names were not stated: its outputs are taken in the order of the classes.'] }
  const places = classes.map((name) => labels.indexOf(name))
  const missing = classes.filter((_, c) => places[c] === -1)
  const more = labels.filter((label) => !classes.includes(label))
  if (missing.length > 0 || more.length > 0) {
    const list = (names: readonly string[]): string => `${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}`
    const differ = [...(missing.length > 0 ? [`it does not know ${list(missing)}`] : []), ...(more.length > 0 ? [`it also knows ${list(more)}`] : [])]
    throw new CompareError(`${title}: its classes are other ones (${differ.join('; ')}): only models that tell the same classes apart are compared.`)
  }
  return { places, notes: ['Its classes stand in another order; they are compared by their names.'] }
}

/** The classes that models are compared by: those of the first that has names for them. */
export function commonClasses(models: readonly Pick<RunnableMetadata, 'labels' | 'foreign'>[]): readonly string[] {
  return (models.find((metadata) => !nameless(metadata)) ?? models[0])?.labels ?? []
}
